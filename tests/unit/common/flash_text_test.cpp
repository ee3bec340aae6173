#include "common/flash_text.h"

#include <string>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

FLOTILLA_IN_FLASH constexpr FlashLiteral<7> kLiteral("broker");

TEST(FlashText, PacksALiteralIntoWords) {
  static_assert(sizeof kLiteral == 8 && alignof(decltype(kLiteral)) == 4);
  EXPECT_EQ(kLiteral.words[0], 0x6b6f7262U);
  EXPECT_EQ(kLiteral.words[1], 0x00007265U);
  EXPECT_EQ(flash_word(&kLiteral.words[1]), 0x00007265U);
}

TEST(FlashText, CopiesUpToTheZero) {
  for (const auto& [text, expected] :
       {std::pair{FLOTILLA_TEXT(""), ""}, std::pair{FLOTILLA_TEXT("a"), "a"}, std::pair{FLOTILLA_TEXT("abc"), "abc"},
        std::pair{FLOTILLA_TEXT("abcd"), "abcd"}, std::pair{FLOTILLA_TEXT("abcde\xC3\xA4"), "abcde\xC3\xA4"}}) {
    char out[16];
    const std::size_t size = text.copy(out, sizeof out);
    EXPECT_EQ(std::string(out, size), expected);
  }
}

TEST(FlashText, CopiesNoMoreThanFits) {
  char out[4] = {'x', 'x', 'x', 'x'};
  EXPECT_EQ(FLOTILLA_TEXT("restart").copy(out, 3), 3U);
  EXPECT_EQ(std::string(out, sizeof out), "resx");
  EXPECT_EQ(FLOTILLA_TEXT("restart").copy(out, 0), 0U);
  EXPECT_EQ(to_ram<4>(FLOTILLA_TEXT("restart")).view(), "rest");
  EXPECT_EQ(to_ram<16>(FLOTILLA_TEXT("restart")).view(), "restart");
}

TEST(FlashText, ADefaultOneIsEmpty) { EXPECT_TRUE(to_ram<8>(FlashText()).empty()); }

// A text within packed words begins at any byte.
TEST(FlashText, BeginsAtAnyByte) {
  const auto* bytes = reinterpret_cast<const char*>(kLiteral.words.data());
  EXPECT_EQ(to_ram<8>(FlashText(bytes + 1)).view(), "roker");
  EXPECT_EQ(to_ram<8>(FlashText(bytes + 5)).view(), "r");
  EXPECT_EQ(flash_byte(bytes + 3), 'k');
}

}  // namespace
}  // namespace flotilla
