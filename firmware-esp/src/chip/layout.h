// Whether the sketch's linker script leaves room for the slots. Pure.
#pragma once

#include <cstdint>

#include "common/flash_map.h"

namespace flotilla {

// `file_system` is the flash address where the linker script put the file system (_FS_start less 0x40200000; where there
// is none, its begin and end are one address behind the free space).
[[nodiscard]] constexpr bool layout_fits(std::uint32_t file_system) { return file_system >= flash_map::kFileSystem; }

}  // namespace flotilla
