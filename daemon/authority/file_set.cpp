#include "daemon/authority/file_set.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnfinished = ".unfinished";

Error rename_error(const fs::path& folder, const std::error_code& code) {
  const bool taken =
      code == std::errc::directory_not_empty || code == std::errc::file_exists || code == std::errc::not_a_directory;
  return {taken ? ErrorCode::Conflict : ErrorCode::Unavailable,
          "cannot put " + folder.string() + " in its place: " + code.message(),
          {}};
}

}  // namespace

fs::path absolute_folder(const fs::path& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

FileSet::FileSet(fs::path folder) : folder_(std::move(folder)) {}

void FileSet::add_private(const fs::path& path, std::string bytes) {
  files_.push_back({path, std::move(bytes), crypto::Access::Private});
}

void FileSet::add_public(const fs::path& path, std::string bytes) {
  files_.push_back({path, std::move(bytes), crypto::Access::Public});
}

void FileSet::add_folder(const fs::path& path) { folders_.push_back(path); }

fs::path FileSet::beside(const char* suffix) const {
  fs::path path = folder_;
  return path += suffix;
}

Result<Unit, Error> FileSet::write_beside() const {
  const fs::path unfinished = beside(kUnfinished);
  std::error_code failed;
  fs::remove_all(unfinished, failed);  // of a run that was cut off
  if (auto made = crypto::create_private_folder(unfinished); !made) return made;
  for (const auto& folder : folders_) {
    if (auto made = crypto::create_private_folder(unfinished / folder); !made) return made;
  }
  for (const auto& file : files_) {
    const fs::path path = unfinished / file.path;
    if (auto made = crypto::create_private_folder(path.parent_path()); !made) return made;
    if (auto written = crypto::create_file(path, file.bytes, file.access); !written) {
      fs::remove_all(unfinished, failed);
      return written;
    }
  }
  return Unit{};
}

Result<Unit, Error> FileSet::write() const {
  if (auto written = write_beside(); !written) return written;
  std::error_code failed;
  fs::rename(beside(kUnfinished), folder_, failed);  // over an empty folder, if there is one
  if (!failed) return crypto::sync_name(folder_);
  const Error error = rename_error(folder_, failed);
  fs::remove_all(beside(kUnfinished), failed);
  return error;
}

Result<Unit, Error> FileSet::replace() const {
  if (auto written = write_beside(); !written) return written;
  std::error_code failed;
  const fs::path previous = beside(".previous");
  fs::remove_all(previous, failed);
  fs::rename(folder_, previous, failed);
  if (failed && failed != std::errc::no_such_file_or_directory) return rename_error(previous, failed);
  failed.clear();
  fs::rename(beside(kUnfinished), folder_, failed);
  if (failed) return rename_error(folder_, failed);
  return crypto::sync_name(folder_);
}

}  // namespace flotilla::authority
