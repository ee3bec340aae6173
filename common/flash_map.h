// Where things lie in the flash of a 4 MB board (docs/architecture.md). Addresses and sizes in bytes.
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

}  // namespace flotilla::flash_map
