#include "daemon/https/byte_range.h"

#include <gtest/gtest.h>

namespace flotilla::https {
namespace {

constexpr RangeKind kWhole = RangeKind::Whole;
constexpr RangeKind kPart = RangeKind::Part;
constexpr RangeKind kNone = RangeKind::Unsatisfiable;

TEST(ByteRange, FollowsRfc9110) {
  const struct {
    const char* field;
    std::uint64_t size;
    RangeKind kind;
    std::uint64_t first = 0;
    std::uint64_t length = 0;
  } rows[] = {
      // clang-format off
      {"bytes=0-",                         1000, kPart,    0, 1000},
      {"bytes=0-0",                        1000, kPart,    0,    1},
      {"bytes=400-",                       1000, kPart,  400,  600},
      {"bytes=400-499",                    1000, kPart,  400,  100},
      {"bytes=400-9999",                   1000, kPart,  400,  600},
      {"bytes=400-99999999999999999999",   1000, kPart,  400,  600},
      {"bytes=999-",                       1000, kPart,  999,    1},
      {"bytes=-1",                         1000, kPart,  999,    1},
      {"bytes=-1000",                      1000, kPart,    0, 1000},
      {"bytes=-5000",                      1000, kPart,    0, 1000},
      {"Bytes = 1-2 ",                     1000, kPart,    1,    2},
      {"bytes=1000-",                      1000, kNone,    0,    0},
      {"bytes=18446744073709551615-",      1000, kNone,    0,    0},
      {"bytes=18446744073709551616-",      1000, kNone,    0,    0},
      {"bytes=-0",                         1000, kNone,    0,    0},
      {"bytes=0-",                            0, kNone,    0,    0},
      {"bytes=-1",                            0, kNone,    0,    0},
      {"bytes=0-1,5-6",                    1000, kWhole,   0, 1000},
      {"bytes=0-1, 5-6",                   1000, kWhole,   0, 1000},
      {"bytes=5-4",                        1000, kWhole,   0, 1000},
      {"bytes=",                           1000, kWhole,   0, 1000},
      {"bytes=-",                          1000, kWhole,   0, 1000},
      {"bytes",                            1000, kWhole,   0, 1000},
      {"",                                 1000, kWhole,   0, 1000},
      {"lines=0-1",                        1000, kWhole,   0, 1000},
      {"bytesx=0-1",                       1000, kWhole,   0, 1000},
      {"bytes=a-b",                        1000, kWhole,   0, 1000},
      {"bytes=1-b",                        1000, kWhole,   0, 1000},
      {"bytes=--1",                        1000, kWhole,   0, 1000},
      {"bytes=0x1-2",                      1000, kWhole,   0, 1000},
      {"bytes=+1-2",                       1000, kWhole,   0, 1000},
      // clang-format on
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.field);
    const ByteRange range = parse_range(row.field, row.size);
    EXPECT_EQ(range.kind, row.kind);
    EXPECT_EQ(range.first, row.first);
    EXPECT_EQ(range.length, row.length);
  }
}

// Whatever the numbers, an answered part lies inside the file.
TEST(ByteRange, NeverLeavesTheFile) {
  for (std::uint64_t size = 0; size < 6; ++size) {
    for (int first = -1; first < 8; ++first) {
      for (int last = -1; last < 8; ++last) {
        const std::string field =
            "bytes=" + (first < 0 ? "" : std::to_string(first)) + "-" + (last < 0 ? "" : std::to_string(last));
        SCOPED_TRACE(field + " of " + std::to_string(size));
        const ByteRange range = parse_range(field, size);
        EXPECT_LE(range.first + range.length, size);
        if (range.kind == RangeKind::Part) {
          EXPECT_GT(range.length, 0U);
        }
      }
    }
  }
}

}  // namespace
}  // namespace flotilla::https
