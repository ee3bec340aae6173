// Constants that need no RAM on the ESP8266. There the linker keeps everything constant in RAM, except a section of this
// name, which stays in flash: memory that can be read by aligned 32-bit words only. On a host it is an ordinary constant.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/bytes.h"

// Before the definition of a constant of 32-bit words, at namespace scope or static in a function that is not inline.
#define FLOTILLA_IN_FLASH [[gnu::section(".irom0.pstr.flotilla")]]

namespace flotilla {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bytes are packed into words as the ESP8266 reads them");

// One aligned load. Volatile, because a compiler may otherwise narrow it to the one byte that is used.
inline std::uint32_t flash_word(const std::uint32_t* word) { return *static_cast<const volatile std::uint32_t*>(word); }

// A literal's bytes with its zero, packed into words.
template <std::size_t Size>
struct FlashLiteral {
  std::array<std::uint32_t, (Size + 3) / 4> words{};

  constexpr explicit FlashLiteral(const char (&text)[Size]) {
    for (std::size_t i = 0; i < Size; ++i)
      words[i / 4] |= std::uint32_t{static_cast<unsigned char>(text[i])} << i % 4 * 8;
  }
};

// The byte at any address of such words.
inline char flash_byte(const char* at) {
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  const auto* word = reinterpret_cast<const std::uint32_t*>(address & ~std::uintptr_t{3});
  return static_cast<char>(flash_word(word) >> address % 4 * 8);
}

// Points to a zero-terminated text in such words; a default one is empty.
class FlashText {
 public:
  FlashText() = default;
  explicit FlashText(const char* in_flash) : at_(in_flash) {}
  template <std::size_t Size>
  explicit FlashText(const FlashLiteral<Size>& literal) : at_(reinterpret_cast<const char*>(literal.words.data())) {}

  [[nodiscard]] bool empty() const { return at_ == nullptr || flash_byte(at_) == '\0'; }
  // For who prints from flash by himself (FPSTR of the Arduino core); never read it as an ordinary text.
  [[nodiscard]] const char* in_flash() const { return at_; }
  // Copies at most `capacity` bytes, without the zero; returns how many.
  std::size_t copy(char* out, std::size_t capacity) const;

 private:
  const char* at_ = nullptr;
};

// The names of numbers in words: for each row its number in one byte, and the name with its zero.
struct NumberedName {
  std::uint8_t number;
  std::string_view name;
};

template <std::size_t Rows>
constexpr std::size_t packed_words(const NumberedName (&rows)[Rows]) {
  std::size_t bytes = 0;
  for (const auto& row : rows) bytes += row.name.size() + 2;
  return (bytes + 3) / 4;
}

template <std::size_t Words, std::size_t Rows>
constexpr std::array<std::uint32_t, Words> pack_names(const NumberedName (&rows)[Rows]) {
  std::array<std::uint32_t, Words> words{};
  std::size_t at = 0;
  for (const auto& row : rows) {
    words[at / 4] |= std::uint32_t{row.number} << at % 4 * 8;
    ++at;
    for (std::size_t i = 0; i < row.name.size(); ++i, ++at) {
      words[at / 4] |= std::uint32_t{static_cast<unsigned char>(row.name[i])} << at % 4 * 8;
    }
    ++at;
  }
  return words;
}

// The name of `number` in the `rows` rows that were packed; empty where it has none.
FlashText find_name(const std::uint32_t* packed, std::size_t rows, std::uint32_t number);

// In RAM, cut to what fits.
template <std::size_t N>
FixedString<N> to_ram(FlashText text) {
  char copied[N];
  return FixedString<N>(std::string_view(copied, text.copy(copied, N)));
}

}  // namespace flotilla

// A literal as a FlashText: log(FLOTILLA_TEXT("restart")). Not in inline functions and templates, whose constants the
// linker merges and which therefore cannot share the section.
#define FLOTILLA_TEXT(literal)                                                                   \
  ([] {                                                                                          \
    FLOTILLA_IN_FLASH static constexpr ::flotilla::FlashLiteral<sizeof(literal)> kText(literal); \
    return ::flotilla::FlashText(kText);                                                         \
  }())
