// Where things lie in flash (docs/architecture.md). Addresses and sizes in bytes. The constants are those of boards with
// 4 MB and more; where less is possible the functions tell by the size of the flash.
#pragma once

#include <cstdint>

namespace flotilla::flash_map {

inline constexpr std::uint32_t kSector = 0x1000;
inline constexpr std::uint32_t kFlashSize = 0x400000;

inline constexpr std::uint32_t kImage = 0x001000;  // the running image; sector 0 is the board's own bootloader
inline constexpr std::uint32_t kImageMax = 0x0FB000;

// A slot's first sector is a filler for the stock bootloader, which copies from a slot's start to address 0; the image
// begins in the second sector.
inline constexpr std::uint32_t kSlot[2] = {0x100000, 0x200000};
inline constexpr std::uint32_t kSlotSize = 0x0FC000;
inline constexpr std::uint32_t kSlotImage[2] = {kSlot[0] + kSector, kSlot[1] + kSector};

inline constexpr std::uint32_t kBootJournal = 0x1FC000;   // two sectors
inline constexpr std::uint32_t kAgentJournal = 0x1FE000;  // two sectors
inline constexpr std::uint32_t kProvisioning[2] = {0x2FC000, 0x2FE000};
inline constexpr std::uint32_t kProvisioningSize = 0x2000;  // of one copy
inline constexpr std::uint32_t kFileSystem = 0x300000;

// The Arduino core's linker scripts (tools/sdk/ld/eagle.flash.*.ld) give the last five sectors of every flash to EEPROM
// (1), the radio's calibration (1) and the SDK's parameters (3).
inline constexpr std::uint32_t kSystemSize = 5 * kSector;
inline constexpr std::uint32_t kSmallestFlash = 0x80000;

constexpr bool has_slots(std::uint32_t flash_size) { return flash_size >= kFlashSize; }

// Below 4 MB, journal and provisioning lie directly below the system's sectors: where the linker scripts put a file
// system, so that such a board has none.
constexpr std::uint32_t agent_journal(std::uint32_t flash_size) {
  return has_slots(flash_size) ? kAgentJournal : flash_size - kSystemSize - 2 * kProvisioningSize - 2 * kSector;
}
constexpr std::uint32_t provisioning(std::uint32_t flash_size, std::uint8_t copy) {
  return has_slots(flash_size) ? kProvisioning[copy]
                               : flash_size - kSystemSize - (2U - copy) * std::uint32_t{kProvisioningSize};
}
// Where the running image must have ended.
constexpr std::uint32_t image_end(std::uint32_t flash_size) {
  return has_slots(flash_size) ? kImage + kImageMax : agent_journal(flash_size);
}
// From image_end() up to here nothing may lie but what this header names.
constexpr std::uint32_t reserved_end(std::uint32_t flash_size) {
  return has_slots(flash_size) ? kFileSystem : flash_size - kSystemSize;
}

}  // namespace flotilla::flash_map
