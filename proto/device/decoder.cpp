#include "proto/device/decoder.h"

#include <cstring>

namespace flotilla::device_wire {
namespace {

using fields::Field;
using fields::Kind;

using Byte = unsigned char;

Field find(const std::uint32_t* table, std::uint32_t tag) {
  for (;; ++table) {
    const Field field{flash_word(table)};
    if (field.word == 0 || field.tag() == tag) return field;
  }
}

bool read_number(pb_istream_t& stream, Field field, Byte* at) {
  std::uint64_t value = 0;
  if (!pb_decode_varint(&stream, &value)) return false;
  const auto high = static_cast<std::uint32_t>(value >> 32);
  if (field.size() < 8 && high != 0) return false;
  if (field.size() == 1 && static_cast<std::uint32_t>(value) > UINT8_MAX) return false;
  std::memcpy(at, &value, field.size());  // little endian
  return true;
}

// Text or bytes, whole; what is behind the content becomes zero, and behind a text's capacity comes its length.
bool read_copy(pb_istream_t& content, Field field, Byte* at) {
  const std::size_t size = content.bytes_left;
  if (size > field.size()) return false;
  const bool is_text = field.kind() == Kind::Text;
  // A list has no absent elements: an empty one must not pass as zeros.
  if (!is_text && size != field.size() && (size != 0 || field.most() != 0)) return false;
  if (!pb_read(&content, at, size)) return false;
  std::memset(at + size, 0, fields::stride(field) - size);
  if (is_text) at[field.size() + 1] = static_cast<Byte>(size);
  return true;
}

bool read_content(pb_istream_t& content, Field field, Byte* at, ReadMessage read, void* out) {
  const std::size_t size = content.bytes_left;
  const Kind kind = field.kind();
  if (kind == Kind::Message) return read(content, field.tag(), out);
  if (kind == Kind::View) {
    // With a buffer nanopb keeps the read position in `state`.
    const ByteView view(static_cast<const Byte*>(content.state), size);
    std::memcpy(at, &view, sizeof view);
    return true;
  }
  if (kind == Kind::Span) {
    if (size != 0 && field.size() != 0 && size != field.size()) return false;
    const Span span{static_cast<const SourceState*>(content.state)->offset, static_cast<std::uint32_t>(size)};
    std::memcpy(at, &span, sizeof span);
    return true;
  }
  if (field.most() != 0) {
    Byte& count = kind == Kind::Checked ? *at : at[field.most() * fields::stride(field)];
    if (count == field.most()) return false;
    at += count * fields::stride(field);
    ++count;
  }
  return kind == Kind::Checked ? size <= field.size() : read_copy(content, field, at);
}

bool read_field(pb_istream_t& stream, pb_wire_type_t type, Field field, void* out, ReadMessage read) {
  auto* at = static_cast<Byte*>(out) + field.offset();
  if (field.kind() == Kind::Number) return type == PB_WT_VARINT && read_number(stream, field, at);
  pb_istream_t content;
  if (type != PB_WT_STRING || !pb_make_string_substream(&stream, &content)) return false;
  return read_content(content, field, at, read, out) && pb_close_string_substream(&stream, &content);
}

}  // namespace

bool decode_fields(pb_istream_t& stream, const std::uint32_t* table, void* out, ReadMessage read) {
  while (stream.bytes_left > 0) {
    pb_wire_type_t type = PB_WT_VARINT;
    std::uint32_t tag = 0;
    bool end = false;
    if (!pb_decode_tag(&stream, &type, &tag, &end) || tag == 0) return false;
    const Field field = find(table, tag);
    if (!(field.word == 0 ? pb_skip_field(&stream, type) : read_field(stream, type, field, out, read))) return false;
  }
  return true;
}

}  // namespace flotilla::device_wire
