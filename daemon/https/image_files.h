// Open image files whose bytes were compared with their digest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>

#include "daemon/https/image_source.h"

namespace flotilla::https {

// An open file; closes it at its end.
class ImageFile {
 public:
  ImageFile() = default;
  explicit ImageFile(int fd) : fd_(fd) {}
  ~ImageFile();
  ImageFile(ImageFile&& other) noexcept;
  ImageFile& operator=(ImageFile&& other) noexcept;
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint64_t size() const;
  // false when fewer bytes came: the file was cut or cannot be read.
  [[nodiscard]] bool read(std::uint64_t offset, char* out, std::size_t count) const;

 private:
  int fd_ = -1;
};

// What changes when somebody writes to a file.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileState&, const FileState&) = default;
};
[[nodiscard]] std::optional<FileState> file_state(int fd);
[[nodiscard]] std::optional<FileState> file_state(const std::string& path);

// Images, or configurations. One thread. Hashes a file once for each of its states, since a fleet fetches the same image many times.
class ImageFiles {
 public:
  explicit ImageFiles(FileStock stock) : source_(stock.source), events_(stock.events), noun_(noun(stock.kind)) {}

  // Corrupt or NotFound, told to the events and logged, where the file cannot be served.
  Result<ImageFile, Error> open(const Digest& image);

 private:
  struct Verdict {
    FileState state;
    std::optional<Error> error;
  };
  Error unusable(const Digest& image, Error error);

  ImageSource& source_;
  ImageEvents& events_;
  const std::string noun_;
  std::map<Digest, Verdict> verdicts_;
};

}  // namespace flotilla::https
