// nanopb callbacks that move one field between the wire and a plain value. Private to the device codec.
#pragma once

#include <pb_common.h>
#include <pb_decode.h>
#include <pb_encode.h>

#include "common/bytes.h"
#include "common/messages.h"

namespace flotilla::device_wire::fields {

// The content of a length-delimited field, in place: with a buffer stream nanopb keeps the read position in `state`.
inline ByteView content(pb_istream_t* stream) {
  return {static_cast<const std::uint8_t*>(stream->state), stream->bytes_left};
}
inline bool skip(pb_istream_t* stream) { return pb_read(stream, nullptr, stream->bytes_left); }

inline bool read_view(pb_istream_t* stream, const pb_field_t*, void** arg) {
  *static_cast<ByteView*>(*arg) = content(stream);
  return skip(stream);
}

template <typename Text>
bool read_text(pb_istream_t* stream, const pb_field_t*, void** arg) {
  return static_cast<Text*>(*arg)->assign(content(stream).text()) && skip(stream);
}

template <typename List>
bool append_text(pb_istream_t* stream, const pb_field_t*, void** arg) {
  typename List::Item text;
  return text.assign(content(stream).text()) && static_cast<List*>(*arg)->push_back(text) && skip(stream);
}

// A field of fixed size, of which `Bytes` is the array. Empty means absent, as for the host's codec.
template <typename Bytes>
bool read_bytes(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto& out = *static_cast<Bytes*>(*arg);
  if (stream->bytes_left == 0) {
    out.fill(0);
    return true;
  }
  return stream->bytes_left == out.size() && pb_read(stream, out.data(), out.size());
}

template <typename T>
void decode_view(pb_callback_t& field, T& out) {
  field.funcs.decode = read_view;
  field.arg = &out;
}
template <std::size_t N>
void decode_text(pb_callback_t& field, FixedString<N>& out) {
  field.funcs.decode = read_text<FixedString<N>>;
  field.arg = &out;
}
template <typename T, std::size_t N>
void decode_texts(pb_callback_t& field, FixedVector<T, N>& out) {
  field.funcs.decode = append_text<FixedVector<T, N>>;
  field.arg = &out;
}
template <std::size_t N>
void decode_bytes(pb_callback_t& field, std::array<std::uint8_t, N>& out) {
  field.funcs.decode = read_bytes<std::array<std::uint8_t, N>>;
  field.arg = &out;
}

// Every text, byte and message field is length-delimited, at any depth. nanopb hands a callback the bytes of whatever
// wire type came, numbers as a copy on its stack: a view would outlive them. So such messages are refused beforehand.
inline bool is_well_typed(pb_istream_t stream, const pb_msgdesc_t* descriptor, const void* message) {
  while (stream.bytes_left > 0) {
    pb_wire_type_t type = PB_WT_VARINT;
    std::uint32_t tag = 0;
    bool end = false;
    if (!pb_decode_tag(&stream, &type, &tag, &end)) return end;
    pb_field_iter_t field{};
    const bool known = pb_field_iter_begin_const(&field, descriptor, message) && pb_field_iter_find(&field, tag);
    if (!known || PB_LTYPE(field.type) <= PB_LTYPE_LAST_PACKABLE) {
      if (!pb_skip_field(&stream, type)) return false;
      continue;
    }
    pb_istream_t content{};
    if (type != PB_WT_STRING || !pb_make_string_substream(&stream, &content)) return false;
    const bool is_message = PB_LTYPE_IS_SUBMSG(field.type) && field.submsg_desc != nullptr;
    if (is_message && !is_well_typed(content, field.submsg_desc, field.pField)) return false;
    if (!pb_close_string_substream(&stream, &content)) return false;
  }
  return true;
}

template <typename Message>
bool decode_message(ByteView bytes, const pb_msgdesc_t* descriptor, Message& message) {
  pb_istream_t stream = pb_istream_from_buffer(bytes.data, bytes.size);
  // The message was set up with its callbacks; pb_decode() would wipe them.
  return is_well_typed(stream, descriptor, &message) && pb_decode_ex(&stream, descriptor, &message, PB_DECODE_NOINIT);
}

}  // namespace flotilla::device_wire::fields
