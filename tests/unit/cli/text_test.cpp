#include "daemon/cli/text.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flotilla::cli {
namespace {

struct Safe {
  std::string text;
  std::string shown;
};

TEST(Printable, LetsNoControlSequenceThrough) {
  const std::vector<Safe> rows = {
      {.text = "plain text, Küche 21.5 °C", .shown = "plain text, Küche 21.5 °C"},
      {.text = "", .shown = ""},
      {.text = "\x1b[2J\x1b]0;title\x07", .shown = "\\x1b[2J\\x1b]0;title\\x07"},
      {.text = "a\nb\tc\rd\x7f", .shown = "a\\x0ab\\x09c\\x0dd\\x7f"},
      {.text = std::string("a\0b", 3), .shown = "a\\x00b"},
      {.text = "\xc2\x9b"
               "31m",
       .shown = "\\xc2\\x9b31m"},  // C1: CSI in one code point
      {.text = "\x9b"
               "31m",
       .shown = "\\x9b31m"},  // and as a bare byte
      {.text = "a\xffz", .shown = "a\\xffz"},
      {.text = "\xc3", .shown = "\\xc3"},                             // cut in the middle
      {.text = "\xc0\xaf", .shown = "\\xc0\\xaf"},                    // longer than needed
      {.text = "\xed\xa0\x80", .shown = "\\xed\\xa0\\x80"},           // a surrogate
      {.text = "\xf4\x90\x80\x80", .shown = "\\xf4\\x90\\x80\\x80"},  // above 10FFFF
      {.text = "\xe2\x80\xae"
               "evil",
       .shown = "\\u{202e}evil"},                                 // right-to-left override
      {.text = "\xe2\x80\xa8", .shown = "\\u{2028}"},             // line separator
      {.text = "\xf0\x9f\x9a\xa2", .shown = "\xf0\x9f\x9a\xa2"},  // a ship
  };
  for (const Safe& row : rows) EXPECT_EQ(printable(row.text), row.shown);
}

TEST(Printable, EveryByteAloneIsSafe) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const char c : printable(std::string(1, static_cast<char>(byte)))) {
      EXPECT_GE(c, 0x20) << byte;
      EXPECT_LT(c, 0x7f) << byte;
    }
  }
}

TEST(Cut, CountsCodePointsNotBytes) {
  EXPECT_EQ(width("Küche"), 5U);
  EXPECT_EQ(cut("Küche", 5), "Küche");
  EXPECT_EQ(cut("Küche", 3), "Kü…");
  EXPECT_EQ(cut("Küche", 1), "…");
  EXPECT_EQ(cut("Küche", 0), "");
}

struct Duration {
  const char* text;
  std::uint32_t seconds;
};

TEST(Durations, AreReadAndWritten) {
  const std::vector<Duration> rows = {
      {.text = "0s", .seconds = 0},
      {.text = "90s", .seconds = 90},
      {.text = "5m", .seconds = 300},
      {.text = "1h", .seconds = 3600},
      {.text = "1h30m", .seconds = 5400},
      {.text = "2d", .seconds = 172'800},
      {.text = "1d1h1m1s", .seconds = 90'061},
  };
  for (const Duration& row : rows) {
    std::uint32_t seconds = 7;
    ASSERT_TRUE(parse_duration(row.text, seconds)) << row.text;
    EXPECT_EQ(seconds, row.seconds) << row.text;
  }
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(90), "1m30s");
  EXPECT_EQ(format_duration(90'061), "1d1h1m1s");
}

TEST(Durations, RefusesWhatCannotBeMeant) {
  for (const char* text : {"", "5", "s", "m5", "-5s", "+5s", "5 s", "1.5h", "5x", "1s1m", "1m1m", "5s ", "99999999999s",
                           "40000d", "4294967295d"}) {
    std::uint32_t seconds = 7;
    EXPECT_FALSE(parse_duration(text, seconds)) << text;
    EXPECT_EQ(seconds, 7U) << text;
  }
}

TEST(Times, AreForPeople) {
  EXPECT_EQ(format_ago(0, 1000), "never");
  EXPECT_EQ(format_ago(1000, 1000), "now");
  EXPECT_EQ(format_ago(1010, 1000), "now");
  EXPECT_EQ(format_ago(988, 1000), "12s ago");
  EXPECT_EQ(format_ago(1000, 1000 + 179), "2m ago");
  EXPECT_EQ(format_ago(1000, 1000 + 7200), "2h ago");
  EXPECT_EQ(format_ago(1000, 1000 + 4 * 86400), "4d ago");
  EXPECT_EQ(format_time(0), "-");
  ::setenv("TZ", "UTC", 1);
  EXPECT_EQ(format_time(1'700'000'000), "2023-11-14 22:13:20");
  EXPECT_EQ(format_bytes(420'000), "420000 bytes (410.2 KiB)");
  EXPECT_EQ(format_value(21.5), "21.5");
  EXPECT_EQ(format_value(-3), "-3");
}

}  // namespace
}  // namespace flotilla::cli
