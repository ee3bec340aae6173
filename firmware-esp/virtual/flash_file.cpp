#include "firmware-esp/virtual/flash_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "firmware-esp/bootloader/boot_journal.h"
#include "firmware-esp/virtual/files.h"
#include "firmware-esp/virtual/little_endian.h"

namespace flotilla {
namespace {

bool is_inside(std::uint32_t address, std::size_t size) {
  return address % 4 == 0 && size % 4 == 0 && address <= flash_map::kFlashSize &&
         size <= flash_map::kFlashSize - address;
}

std::runtime_error failure(const std::string& path, const char* what) {
  return std::runtime_error(path + ": " + what + " (" + std::strerror(errno) + ")");
}

}  // namespace

FlashFile::FlashFile(const std::string& path) {
  fd_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd_ < 0) throw failure(path, "cannot open the flash file");
  try {
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      throw std::runtime_error(path +
                               ": in use by another virtual-esp; stop that one or choose another --state folder");
    }
    if (::lseek(fd_, 0, SEEK_END) != flash_map::kFlashSize) {
      throw std::runtime_error(path + ": not a 4 MB flash file; remove it to start with a new one");
    }
    void* mapped = ::mmap(nullptr, flash_map::kFlashSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (mapped == MAP_FAILED) throw failure(path, "cannot map the flash file");
    bytes_ = static_cast<std::uint8_t*>(mapped);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

FlashFile::~FlashFile() {
  ::munmap(bytes_, flash_map::kFlashSize);
  ::close(fd_);
}

void FlashFile::create(const std::string& path, ByteView image, ByteView provisioning, Bootloader bootloader) {
  if (image.size > flash_map::kImage + flash_map::kImageMax) {
    throw std::runtime_error("the base image is larger than the image area of the flash");
  }
  if (provisioning.size != 2 * std::size_t{flash_map::kProvisioningSize}) {
    throw std::runtime_error("the provisioning is not two copies of 8 KiB");
  }
  std::vector<std::uint8_t> flash(flash_map::kFlashSize, 0xFF);
  std::copy_n(image.data, image.size, flash.begin());
  if (bootloader == Bootloader::Flotilla) {
    store_u32(flash.data() + BOOT_SIGNATURE_OFFSET, BOOT_SIGNATURE);
    store_u32(flash.data() + BOOT_SIGNATURE_OFFSET + 4, 1);
  }
  std::copy_n(provisioning.data, provisioning.size, flash.begin() + flash_map::kProvisioning[0]);
  write_file(path, ByteView(flash.data(), flash.size()));
}

void FlashFile::create_updated(const std::string& path, ByteView file) {
  const std::size_t sectors = (file.size + flash_map::kSector - 1) / flash_map::kSector * flash_map::kSector;
  if (sectors > flash_map::kImage + flash_map::kImageMax) {
    throw std::runtime_error("the adoption image is larger than the image area of the flash");
  }
  std::vector<std::uint8_t> flash(flash_map::kFlashSize, 0xFF);
  std::copy_n(file.data, file.size, flash.begin() + static_cast<std::ptrdiff_t>(flash_map::kFileSystem - sectors));
  std::copy_n(file.data, file.size, flash.begin());
  write_file(path, ByteView(flash.data(), flash.size()));
}

bool FlashFile::read(std::uint32_t address, std::uint8_t* out, std::size_t size) {
  if (!is_inside(address, size)) return false;
  std::memcpy(out, bytes_ + address, size);
  bytes_moved_ += size;
  return true;
}

bool FlashFile::write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) {
  if (!is_inside(address, size)) return false;
  std::uint8_t* cells = bytes_ + address;
  for (std::size_t i = 0; i < size; ++i) cells[i] &= bytes[i];
  bytes_moved_ += size;
  return true;
}

bool FlashFile::erase_sector(std::uint32_t address) {
  if (address % flash_map::kSector != 0 || !is_inside(address, flash_map::kSector)) return false;
  std::memset(bytes_ + address, 0xFF, flash_map::kSector);
  bytes_moved_ += flash_map::kSector;
  return true;
}

bool FlashImageReader::read(std::uint32_t offset, std::uint8_t* out, std::size_t size) {
  std::uint8_t words[256];
  while (size != 0) {
    const std::uint32_t address = begin_ + offset;
    const std::uint32_t skip = address % 4;
    const std::size_t take = std::min<std::size_t>(size, sizeof words - 4);
    if (!flash_.read(address - skip, words, (skip + take + 3) / 4 * 4)) return false;
    std::memcpy(out, words + skip, take);
    offset += static_cast<std::uint32_t>(take);
    out += take;
    size -= take;
  }
  return true;
}

}  // namespace flotilla
