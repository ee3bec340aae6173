#include "daemon/https/image_files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "daemon/log/log.h"

namespace flotilla::https {
namespace {

const log::Logger kLog("https");

constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr std::size_t kMaxVerdicts = 256;

FileState to_state(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .modified_ns = status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec,
          .changed_ns = status.st_ctim.tv_sec * kNanoseconds + status.st_ctim.tv_nsec};
}

}  // namespace

ImageFile::~ImageFile() {
  if (fd_ >= 0) ::close(fd_);
}

ImageFile::ImageFile(ImageFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

ImageFile& ImageFile::operator=(ImageFile&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

std::uint64_t ImageFile::size() const {
  const auto state = file_state(fd_);
  return state ? static_cast<std::uint64_t>(state->size) : 0;
}

bool ImageFile::read(std::uint64_t offset, char* out, std::size_t count) const {
  while (count > 0) {
    const ssize_t got = ::pread(fd_, out, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<FileState> file_state(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return to_state(status);
}

std::optional<FileState> file_state(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return to_state(status);
}

Result<ImageFile, Error> ImageFiles::open(const Digest& image) {
  const std::string path = source_.path(image);
  ImageFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string cause = file.fd() < 0 ? std::strerror(errno) : "it is not a file";
  const auto state = file_state(file.fd());
  if (!state) {
    return unusable(image, {ErrorCode::NotFound, "the " + noun_ + " file '" + path + "' cannot be read: " + cause,
                            "give it to the daemon again"});
  }
  const auto known = verdicts_.find(image);
  if (known != verdicts_.end() && known->second.state == *state) {
    if (known->second.error) return *known->second.error;
    return file;
  }

  const auto checked = source_.check(image);
  // What was compared must be what is served, so the file may not have changed meanwhile.
  if (file_state(path) != state) {
    return Error{ErrorCode::Unavailable, "the " + noun_ + " file '" + path + "' is changing just now", "try again"};
  }
  if (verdicts_.size() >= kMaxVerdicts) verdicts_.clear();
  if (checked.ok()) {
    verdicts_[image] = {*state, std::nullopt};
    return file;
  }
  verdicts_[image] = {*state, checked.error()};
  return unusable(image, checked.error());
}

Error ImageFiles::unusable(const Digest& image, Error error) {
  kLog.error("{} {} cannot be served: {}; {}", noun_, to_hex(image).view(), error.message, error.hint);
  events_.image_unusable(image, error.message);
  return error;
}

}  // namespace flotilla::https
