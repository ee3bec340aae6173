#include "daemon/bundle/firmware_image.h"

#include <algorithm>

#include "common/esp_image.h"
#include "common/flash_map.h"
#include "proto/provisioning_block.h"

namespace flotilla::bundle {
namespace {

class ViewReader final : public ImageReader {
 public:
  explicit ViewReader(ByteView bytes) : bytes_(bytes) {}
  bool read(std::uint32_t offset, std::uint8_t* out, std::size_t size) override {
    if (offset > bytes_.size || size > bytes_.size - offset) return false;
    std::copy_n(bytes_.data + offset, size, out);
    return true;
  }

 private:
  ByteView bytes_;
};

std::uint32_t load_u32(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

ByteView skip(ByteView bytes, std::size_t count) { return {bytes.data + count, bytes.size - count}; }

// The bootloader is an image of its own that ends inside sector 0. image_length() cannot judge it: the bootloader loads
// itself to the end of the instruction RAM, where no sketch may lie.
bool looks_like_bootloader(ByteView file) {
  constexpr std::size_t kHeader = 8;
  if (file.size < flash_map::kSector || file.data[0] != kImageMagic) return false;
  const std::uint32_t segments = file.data[1];
  if (segments == 0 || segments > kMaxSegments) return false;
  std::size_t offset = kHeader;
  for (std::uint32_t i = 0; i < segments; ++i) {
    if (offset + kHeader > flash_map::kSector) return false;
    const std::uint32_t size = load_u32(file.data + offset + 4);
    if (size > flash_map::kSector) return false;
    offset += kHeader + size;
  }
  return offset < flash_map::kSector;
}

bool has_image_behind_bootloader(ByteView file) {
  return file.size > flash_map::kSector && file.data[flash_map::kSector] == kImageMagic && looks_like_bootloader(file);
}

bool starts_with(ByteView bytes, std::string_view magic) {
  return bytes.size >= magic.size() && ByteView(bytes.data, magic.size()).text() == magic;
}

// What people give by mistake, by its first bytes.
const char* advice(ByteView file) {
  if (starts_with(file, "\x1f\x8b")) return "it is compressed by gzip: give the .bin as the build made it";
  if (starts_with(file,
                  "\x7f"
                  "ELF"))
    return "it is an ELF file: give the .bin that the build makes beside it";
  if (starts_with(file, "FLOTILLA")) return "it is a bundle, signed already";
  return "give the .bin that the Arduino IDE, arduino-cli or PlatformIO makes for an ESP8266";
}

Error bad_image(ImageCheck check, ByteView image, const std::string& name) {
  if (image.empty() || image.data[0] != kImageMagic) check = ImageCheck::NoMagic;  // also where it is too short to tell
  std::string message = name + " is " + to_string(check);
  if (check == ImageCheck::TooLong) {
    message += ": an image has at most " + std::to_string(flash_map::kImageMax) + " bytes";
  }
  const bool truncated = check == ImageCheck::Unreadable;
  return {ErrorCode::Corrupt, message, truncated ? "it was truncated: build or copy it again" : advice(image)};
}

Error no_image(const std::string& name) {
  return {ErrorCode::Corrupt, name + " has a bootloader in its first sector, but no image behind it at 0x1000",
          "give the whole .bin that the Arduino IDE, arduino-cli or PlatformIO makes"};
}

bool is_padding(ByteView bytes) {
  const auto all = [bytes](std::uint8_t value) {
    return std::all_of(bytes.data, bytes.data + bytes.size, [value](std::uint8_t byte) { return byte == value; });
  };
  return all(0xFF) || all(0xAA);
}

// An adoption image (daemon/authority/adoption.h) has a board's provisioning in the first sector behind the image.
bool has_provisioning_behind(ByteView image, std::size_t length) {
  const std::size_t sector = (length + flash_map::kSector - 1) / flash_map::kSector * flash_map::kSector;
  return image.size >= sector + kProvisioningHeader && is_provisioning_header(image.data + sector);
}

Error trailing_bytes(ByteView image, std::size_t length, const std::string& name) {
  if (has_provisioning_behind(image, length)) {
    return {ErrorCode::Refused, name + " is an adoption image: it holds one board's private key",
            "give the .bin that it was made from, and keep this file from others"};
  }
  const std::size_t count = image.size - length;
  return {ErrorCode::Corrupt, name + " has " + std::to_string(count) + " bytes behind the end of its image",
          "give the plain .bin: no file system, no signature of the core's own signed updates behind it"};
}

}  // namespace

Result<ByteView, Error> find_image(ByteView file, const std::string& name) {
  if (file.empty()) return Error{ErrorCode::Corrupt, name + " is empty", advice(file)};
  const ByteView image = has_image_behind_bootloader(file) ? skip(file, flash_map::kSector) : file;
  ViewReader reader(image);
  std::uint32_t length = 0;
  const ImageCheck check = image_length(reader, flash_map::kImageMax, length);
  if (check == ImageCheck::BadAddress && looks_like_bootloader(image)) return no_image(name);
  if (check != ImageCheck::Good) return bad_image(check, image, name);
  if (!is_padding(skip(image, length))) return trailing_bytes(image, length, name);
  return ByteView(image.data, length);
}

Result<ByteView, Error> find_flashable_image(ByteView file, const std::string& name) {
  auto image = find_image(file, name);
  if (!image || image->data != file.data) return image;
  return Error{ErrorCode::Corrupt,
               name + " is a bare image: there is no bootloader in front of it and no image at 0x1000",
               "give the .bin as the build made it, for flashing from address 0x0 on"};
}

Result<Unit, Error> check_image(ByteView image, const std::string& name) {
  ViewReader reader(image);
  std::uint32_t length = 0;
  const ImageCheck check = image_length(reader, flash_map::kImageMax, length);
  if (check != ImageCheck::Good) return bad_image(check, image, name);
  if (image.size != length) return trailing_bytes(image, length, name);
  return Unit{};
}

}  // namespace flotilla::bundle
