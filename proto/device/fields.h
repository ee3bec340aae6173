// One wire field and the plain value it fills, in one 32-bit word: tables of such words lie in flash, where nothing else
// can be read. Private to the device codec; both directions use the same words.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pb_decode.h>
#include <pb_encode.h>

#include "common/bytes.h"
#include "common/flash_text.h"
#include "common/messages.h"
#include "common/trust.h"
#include "proto/device/codec.h"
#include "proto/flotilla.npb.h"

namespace flotilla::device_wire::fields {

enum class Kind : std::uint8_t {
  Number,   // varint; size: bytes of the value
  Signed,   // zigzag varint, 32 bits
  Float,    // 32 bits
  Text,     // size: capacity
  Bytes,    // size: exactly that many, or none
  View,     // of the bytes in the buffer
  Span,     // where the bytes are in a source; size: exactly that many, or none (0: any)
  Checked,  // a text that is not kept; size: the longest; of a list its length is
  Message,  // handed to a function, which reads it
  Open,     // encoder: the submessage of that tag begins, shorter than 128 bytes
  Close,    // encoder: it ends
};

// Bits, from the lowest: 5 tag, 4 kind, 3 most items of a list (0: no list), 8 size, 12 offset of the value.
struct Field {
  std::uint32_t word = 0;

  [[nodiscard]] std::uint32_t tag() const { return word & 31; }
  [[nodiscard]] Kind kind() const { return static_cast<Kind>(word >> 5 & 15); }
  [[nodiscard]] std::uint32_t most() const { return word >> 9 & 7; }
  [[nodiscard]] std::uint32_t size() const { return word >> 12 & 255; }
  [[nodiscard]] std::uint32_t offset() const { return word >> 20; }
};

template <std::uint32_t Tag, Kind Of, std::size_t Offset, std::size_t Size, std::size_t Most>
constexpr std::uint32_t field() {
  static_assert(Tag > 0 && Tag < 32 && Offset < 4096 && Size < 256 && Most < 8, "a field is one word");
  return Tag | static_cast<std::uint32_t>(Of) << 5 | static_cast<std::uint32_t>(Most) << 9 |
         static_cast<std::uint32_t>(Size) << 12 | static_cast<std::uint32_t>(Offset) << 20;
}

// How a value of type T travels.
template <typename T>
struct Shape {  // unsigned numbers, enumerations, flags
  static constexpr Kind kKind = Kind::Number;
  static constexpr std::size_t kSize = sizeof(T);
  static constexpr std::size_t kMost = 0;
};
template <Kind Of, std::size_t Size, std::size_t Most = 0>
struct ShapeOf {
  static constexpr Kind kKind = Of;
  static constexpr std::size_t kSize = Size;
  static constexpr std::size_t kMost = Most;
};
template <>
struct Shape<std::int32_t> : ShapeOf<Kind::Signed, 4> {};
template <>
struct Shape<float> : ShapeOf<Kind::Float, 4> {};
template <std::size_t N>
struct Shape<FixedString<N>> : ShapeOf<Kind::Text, N> {};
template <std::size_t N>
struct Shape<std::array<std::uint8_t, N>> : ShapeOf<Kind::Bytes, N> {};
template <>
struct Shape<Digest> : ShapeOf<Kind::Bytes, sizeof(Digest)> {};
template <>
struct Shape<PublicKey> : ShapeOf<Kind::Bytes, sizeof(PublicKey)> {};
template <>
struct Shape<ByteView> : ShapeOf<Kind::View, 0> {};
template <>
struct Shape<Span> : ShapeOf<Kind::Span, 0> {};
template <typename T, std::size_t N>
struct Shape<FixedVector<T, N>> : ShapeOf<Shape<T>::kKind, Shape<T>::kSize, N> {};

// The bytes from one item of a list to the next; the list's length is the byte behind its last item (FixedVector).
inline std::size_t stride(Field field) { return field.kind() == Kind::Text ? field.size() + 2 : field.size(); }
static_assert(sizeof(FixedString<63>) == 63 + 2 && sizeof(FixedVector<PublicKey, 3>) == 3 * 65 + 1, "no padding");

}  // namespace flotilla::device_wire::fields

// FLOTILLA_FIELD(Manifest, product): the message's field `product` and the member of that name. FLOTILLA_FIELD_IN(Running,
// version, Heartbeat, running_version): where struct or member have another name than the message's.
#define FLOTILLA_FIELD(message, name) FLOTILLA_FIELD_IN(message, name, message, name)
#define FLOTILLA_FIELD_IN(message, name, type, member) \
  FLOTILLA_FIELD_AS(message, name, type, member, fields::Shape<decltype(type::member)>)
#define FLOTILLA_FIELD_AS(message, name, type, member, shape)                                             \
  fields::field<flotilla_v1_##message##_##name##_tag, shape::kKind, offsetof(type, member), shape::kSize, \
                shape::kMost>()
