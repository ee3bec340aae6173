// Reads messages field by field, by the tables of fields.h, on nanopb's streams. Private to the device codec.
#pragma once

#include "proto/device/fields.h"

namespace flotilla::device_wire {

// Reads the submessage `tag` of the message whose value is `out`.
using ReadMessage = bool (*)(pb_istream_t& content, std::uint32_t tag, void* out);

// The state of a stream that reads from a source.
struct SourceState {
  ByteSource& source;
  std::uint32_t offset;  // of the next byte
};

// Reads to the stream's end into the value at `out`; `table` is in flash and ends with 0. Unknown fields are skipped; of
// a repeated field that is no list the last counts. Refused: a known field of another wire type, numbers and texts
// beyond the value's capacity, bytes of another size than the value's (none at all is no value: zeros), longer lists.
[[nodiscard]] bool decode_fields(pb_istream_t& stream, const std::uint32_t* table, void* out,
                                 ReadMessage read = nullptr);

}  // namespace flotilla::device_wire
