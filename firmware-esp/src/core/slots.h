// The image area and the two slots: reading an image's identity, hashing from flash, writing a slot sector by sector, and
// copying the running image into a slot so that there is always one to go back to.
#pragma once

#include <array>
#include <cstdint>

#include "common/digest.h"
#include "common/esp_image.h"
#include "common/flash_map.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

// The agent's one work buffer: a piece of flash, of a download, or an encoded heartbeat. Nothing in it outlives a step.
using Scratch = std::array<std::uint8_t, 1024>;

// What lies in flash from a word's address on; offsets and sizes are free. Reads beyond the image area's size fail.
class FlashBytes final : public ByteSource {
 public:
  FlashBytes(hal::Flash& flash, std::uint32_t address) : flash_(flash), address_(address) {}
  bool read(std::uint32_t offset, std::uint8_t* out, std::size_t size) override;

 private:
  hal::Flash& flash_;
  std::uint32_t address_;
};

// The flash holds these bytes. false as well when it cannot be read.
[[nodiscard]] bool reads_back(hal::Flash& flash, std::uint32_t address, const std::uint8_t* bytes, std::uint32_t size);

[[nodiscard]] bool write_checked(hal::Flash& flash, std::uint32_t address, const std::uint8_t* bytes,
                                 std::uint32_t size);

// Erases the sector at `to` and copies that at `from` there. false: the flash failed or did not read back.
[[nodiscard]] bool copy_sector(hal::Flash& flash, std::uint32_t from, std::uint32_t to);

// The length of the image that begins at `address`, from its own headers; 0: there is no whole image.
[[nodiscard]] std::uint32_t image_size_at(hal::Flash& flash, std::uint32_t address);

// The running image ends before what the agent writes. On a board without slots an image that cannot be measured counts as
// one that does not: where it ends is unknown.
[[nodiscard]] bool image_in_bounds(hal::Flash& flash);

enum class Progress : std::uint8_t { Working, Done, Failed };

// SHA-256 of a range of flash, one scratch buffer a step. Uses the crypto port's one stream.
class FlashHasher {
 public:
  void begin(hal::Crypto& crypto, std::uint32_t address, std::uint32_t size);
  // Failed: the flash could not be read. Leaves the stream open when Done, so that more can be hashed behind it.
  [[nodiscard]] Progress step(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch);

 private:
  std::uint32_t address_ = 0;
  std::uint32_t left_ = 0;
};

struct ImageIdentity {
  std::uint32_t size = 0;  // 0: no whole image
  Digest sha256;
};
// Of the image that begins at `address`, all at once (below a second on the chip). Uses the crypto port's one stream.
[[nodiscard]] ImageIdentity identify_image(hal::Flash& flash, hal::Crypto& crypto, std::uint32_t address,
                                           Scratch& scratch);
[[nodiscard]] ImageIdentity identify_running(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch);

// Writes an image into a slot from front to back; each sector is erased just before its first byte.
class SlotWriter {
 public:
  // Goes on behind `offset` bytes, a multiple of a sector.
  void begin(std::uint8_t slot, std::uint32_t offset);
  // `size` a multiple of 4. false: the flash failed or did not read back.
  [[nodiscard]] bool append(hal::Flash& flash, const std::uint8_t* bytes, std::uint32_t size);
  [[nodiscard]] std::uint32_t offset() const { return offset_; }

 private:
  std::uint32_t base_ = 0;
  std::uint32_t offset_ = 0;
  std::uint32_t erased_ = 0;  // bytes from the base
};

// The slot's first sector: the board's own sector 0, because the stock bootloader copies it there. false: the flash failed.
[[nodiscard]] bool write_filler(hal::Flash& flash, std::uint8_t slot);
// Before a slot is armed: written anew where it is not there.
[[nodiscard]] bool ensure_filler(hal::Flash& flash, std::uint8_t slot);

// Copies the running image into a slot and checks the copy by its hash. Done again from the start after a reset.
class Seeder {
 public:
  // `running` must stay until it is done or stopped.
  void begin(std::uint8_t slot, const ImageIdentity& running);
  [[nodiscard]] bool active() const { return phase_ != Phase::Idle; }
  [[nodiscard]] std::uint8_t slot() const { return slot_; }
  [[nodiscard]] Progress step(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch);
  void stop() { phase_ = Phase::Idle; }

 private:
  enum class Phase : std::uint8_t { Idle, Filler, Copy, Check };
  Progress copy_piece(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch);

  Phase phase_ = Phase::Idle;
  std::uint8_t slot_ = 0;
  const ImageIdentity* running_ = nullptr;
  SlotWriter writer_;
  FlashHasher hasher_;
};

}  // namespace flotilla
