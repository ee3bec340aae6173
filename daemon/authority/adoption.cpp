#include "daemon/authority/adoption.h"

#include "common/flash_map.h"
#include "daemon/authority/file_set.h"
#include "daemon/bundle/firmware_image.h"
#include "daemon/crypto/files.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;
using flash_map::kSector;

constexpr std::size_t padded(std::size_t size) { return (size + kSector - 1) / kSector * kSector; }

Result<Unit, Error> check_new_file(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    return Error{ErrorCode::Conflict, path.string() + " is there already; nothing was changed",
                 "name another file by --adoption-image, or remove it"};
  }
  if (!fs::is_directory(absolute_folder(path).parent_path(), ignored)) {
    return Error{ErrorCode::NotFound, "there is no folder for " + path.string() + "; nothing was changed",
                 "make it first"};
  }
  return Unit{};
}

// The flash that the firmware was built for, from its header (fsizeb in the Arduino core's elf2bin.py); 4 MB where that is
// no size we know.
std::uint32_t flash_size_of(std::string_view firmware) {
  constexpr std::uint32_t kMegabyte = 0x100000;
  constexpr std::size_t kSizeAt = 3;
  switch (static_cast<unsigned char>(firmware[kSizeAt]) >> 4) {
    case 0: return kMegabyte / 2;
    case 2: return kMegabyte;
    case 3: return 2 * kMegabyte;
    default: return flash_map::kFlashSize;
  }
}

// The file's bytes up to the end of its image: padding that a tool put behind it would move the block away.
Result<std::string, Error> front_of(const AdoptionRequest& adoption) {
  const auto image = bundle::find_flashable_image(ByteView(adoption.firmware), adoption.name);
  if (!image) return image.error();
  std::string front = adoption.firmware.substr(0, flash_map::kImage + image->size);
  const std::uint32_t end = flash_map::image_end(flash_size_of(front));
  if (padded(front.size()) + kSector > end) {
    return Error{ErrorCode::InvalidArgument,
                 adoption.name + " is too long to be adopted: its image of " + std::to_string(image->size) +
                     " bytes leaves no sector of the image area for the provisioning",
                 "an image of at most " + std::to_string(end - kSector - flash_map::kImage) +
                     " bytes can be in the flash that it was built for; or provision this board by cable"};
  }
  front.resize(padded(front.size()), '\xff');
  return front;
}

Result<std::string, Error> block_of(const EnrolledDevice& device) {
  auto copies = crypto::read_private_file(device.provisioning);
  if (!copies) return copies.error();
  return copies->substr(0, kSector);
}

Error not_written(const EnrolledDevice& device, Error error) {
  error.message = device.id + " was enrolled, but its adoption image could not be written: " + error.message;
  error.hint = "once more with --renew";
  return error;
}

}  // namespace

Result<AdoptedDevice, Error> enroll_for_adoption(const Authority& authority, const EnrollRequest& request,
                                                 const fs::path& out, const AdoptionRequest& adoption) {
  if (auto fresh = check_new_file(adoption.out); !fresh) return fresh.error();
  auto file = front_of(adoption);
  if (!file) return file.error();
  EnrollRequest small = request;
  small.block_limit = kSector;
  auto devices = enroll_devices(authority, {small}, out);
  if (!devices) return devices.error();
  const EnrolledDevice& device = devices->front();

  const auto block = block_of(device);
  if (!block) return not_written(device, block.error());
  *file += *block;
  if (auto written = crypto::create_file(adoption.out, *file, crypto::Access::Private); !written) {
    return not_written(device, written.error());
  }
  return AdoptedDevice{device, adoption.out, file->size()};
}

}  // namespace flotilla::authority
