// What the image server needs of each kind of file: where they lie, and whom to tell about one that is damaged.
#pragma once

#include <string>

#include "common/digest.h"
#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/https/file_name.h"

namespace flotilla::https {

// Called on the image server's thread.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  // The file that holds the image, whether it exists or not. Cheap.
  virtual std::string path(const Digest& image) = 0;
  // Reads the file and compares its SHA-256: Corrupt where it differs or is missing. Called once for each state of the
  // file (inode, size, times), not for each request.
  virtual Result<Unit, Error> check(const Digest& image) = 0;
};

// Called on the image server's thread: implementations return at once and do not throw.
class ImageEvents {
 public:
  virtual ~ImageEvents() = default;
  // A device that may have this image could not be served, because its file is missing or damaged.
  virtual void image_unusable(const Digest& image, const std::string& what) = 0;
};

// All files of a kind; what it refers to outlives it.
struct FileStock {
  service::FileKind kind;
  ImageSource& source;
  ImageEvents& events;
};

}  // namespace flotilla::https
