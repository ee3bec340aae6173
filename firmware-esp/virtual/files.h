// Whole files, for the virtual board's own state. Failures are thrown as std::runtime_error that names file and cause.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/bytes.h"

namespace flotilla {

[[nodiscard]] std::vector<std::uint8_t> read_file(const std::string& path);

// Replaces the file: after a kill at any moment it is the old one or the new one.
void write_file(const std::string& path, ByteView bytes);

[[nodiscard]] bool file_exists(const std::string& path);

}  // namespace flotilla
