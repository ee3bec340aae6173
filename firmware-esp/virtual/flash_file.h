// A 4 MB file as NOR flash. Mapped shared, so a killed process loses nothing of what it wrote. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "common/esp_image.h"
#include "common/flash_map.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

// What a new flash has in sector 0.
enum class Bootloader : std::uint8_t {
  Stock,     // that of the image's file
  Flotilla,  // the same, signed as ours: it runs the sources of firmware-esp/bootloader
};

class FlashFile : public hal::Flash {
 public:
  // Opens an existing file and locks it against every other process. Throws std::runtime_error when that fails, when
  // the file is in use, or when it is not 4 MB long.
  explicit FlashFile(const std::string& path);
  ~FlashFile() override;
  FlashFile(const FlashFile&) = delete;
  FlashFile& operator=(const FlashFile&) = delete;

  // Writes a new flash as a serial flash tool would: `image` (a whole .bin, from address 0) and `provisioning` (both
  // copies), 0xFF elsewhere. The file appears under its name only when it is complete. Throws std::runtime_error.
  static void create(const std::string& path, ByteView image, ByteView provisioning,
                     Bootloader bootloader = Bootloader::Stock);

  // Writes a flash as the stock bootloader leaves it after an update of the core's updater under the 4M1M layout: `file`
  // from address 0 on, and where it was staged, below the file system. Throws std::runtime_error.
  static void create_updated(const std::string& path, ByteView file);

  // As on the chip: whole words inside the flash, otherwise false and nothing is done.
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override;
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override;
  bool erase_sector(std::uint32_t address) override;
  std::uint32_t size() override { return flash_map::kFlashSize; }

  // Counts what was read, written and erased: whoever drives an agent sees that it is at work.
  [[nodiscard]] std::uint64_t bytes_moved() const { return bytes_moved_; }

 private:
  int fd_ = -1;
  std::uint64_t bytes_moved_ = 0;
  std::uint8_t* bytes_ = nullptr;
};

// Any bytes of an image that lies in flash from `begin` on, also unaligned ones.
class FlashImageReader : public ImageReader {
 public:
  FlashImageReader(hal::Flash& flash, std::uint32_t begin) : flash_(flash), begin_(begin) {}
  bool read(std::uint32_t offset, std::uint8_t* out, std::size_t size) override;

 private:
  hal::Flash& flash_;
  std::uint32_t begin_;
};

}  // namespace flotilla
