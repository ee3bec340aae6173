#include "firmware-esp/src/core/journal.h"

#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "common/crc32.h"
#include "tests/fakes/device_flash.h"

namespace flotilla {
namespace {

using fakes::Damage;
using fakes::DeviceFlash;

constexpr std::uint32_t kSector[2] = {flash_map::kAgentJournal, flash_map::kAgentJournal + flash_map::kSector};

bool append(Journal& journal, std::uint16_t type, const std::string& text) {
  return journal.append(type, ByteView(std::string_view(text)));
}

std::optional<std::string> find(Journal& journal, std::uint16_t type) {
  std::uint8_t bytes[Journal::kMaxPayload];
  std::size_t size = 0;
  if (!journal.find(type, bytes, sizeof bytes, size)) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::string payload(int i) { return std::string(static_cast<std::size_t>(i % 61), static_cast<char>('a' + i % 26)); }

// Which of the two sectors a fresh journal would take: the one whose header has the higher sequence.
std::uint32_t current_sector(DeviceFlash& flash) {
  std::uint32_t sequences[2] = {};
  for (int i = 0; i < 2; ++i) {
    if (*flash.at(kSector[i]) == 'F') std::memcpy(&sequences[i], flash.at(kSector[i] + 8), 4);
  }
  return sequences[1] > sequences[0] ? kSector[1] : kSector[0];
}

TEST(Journal, EmptyFlashBeginsAnEmptyJournal) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  EXPECT_FALSE(find(journal, 1).has_value());
}

TEST(Journal, NewestRecordOfEachTypeCountsAlsoAfterReopening) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  ASSERT_TRUE(append(journal, 1, "old"));
  ASSERT_TRUE(append(journal, 2, "other"));
  ASSERT_TRUE(append(journal, 1, "newest"));
  ASSERT_TRUE(append(journal, 3, ""));
  Journal again(flash);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(find(again, 1), "newest");
  EXPECT_EQ(find(again, 2), "other");
  EXPECT_EQ(find(again, 3), "");
}

TEST(Journal, ByteFormatIsAsDocumented) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  ASSERT_TRUE(append(journal, 1, std::string("\x07\0\0\0\x55", 5)));
  const std::uint8_t header[12] = {'F', 'L', 'A', 'J', 1, 0, 0, 0, 1, 0, 0, 0};
  EXPECT_EQ(std::memcmp(flash.at(kSector[0]), header, sizeof header), 0);
  const std::uint8_t record[12] = {1, 0, 5, 0, 7, 0, 0, 0, 0x55, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(std::memcmp(flash.at(kSector[0] + 16), record, sizeof record), 0);
  std::uint32_t crc = 0;
  std::memcpy(&crc, flash.at(kSector[0] + 28), 4);
  EXPECT_EQ(crc, crc32(ByteView(record, 9)));
}

TEST(Journal, RefusesTypesAndSizesOutsideTheFormat) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  EXPECT_FALSE(append(journal, 0, "x"));
  EXPECT_FALSE(append(journal, 0xFFFF, "x"));
  EXPECT_FALSE(append(journal, 1, std::string(Journal::kMaxPayload + 1, 'x')));
}

TEST(Journal, CompactsWithoutLosingAnything) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  std::map<std::uint16_t, std::string> expected;
  for (int i = 0; i < 2000; ++i) {
    const auto type = static_cast<std::uint16_t>(1 + i % 7);
    expected[type] = payload(i);
    ASSERT_TRUE(append(journal, type, payload(i))) << i;
  }
  Journal again(flash);
  ASSERT_TRUE(again.open());
  for (const auto& [type, text] : expected) EXPECT_EQ(find(again, type), text);
  EXPECT_EQ(flash.unerased_writes, 0);
}

// An image with a newer agent wrote types that this one does not know, also longer ones than it would write itself.
TEST(Journal, UnknownRecordsSurviveAnOlderAgentByteForByte) {
  DeviceFlash flash;
  Journal newer(flash);
  ASSERT_TRUE(newer.open());
  ASSERT_TRUE(append(newer, 1, "known"));
  const std::uint16_t length = 901;
  std::vector<std::uint8_t> foreign(4 + 904 + 4, 0xFF);
  foreign[0] = 0x34;
  foreign[1] = 0x12;
  foreign[2] = static_cast<std::uint8_t>(length & 0xFF);
  foreign[3] = static_cast<std::uint8_t>(length >> 8);
  for (std::size_t i = 0; i < length; ++i) foreign[4 + i] = static_cast<std::uint8_t>(i * 13);
  const std::uint32_t crc = crc32(ByteView(foreign.data(), 4 + length));
  std::memcpy(foreign.data() + 908, &crc, 4);
  flash.place(kSector[0] + 16 + 16, foreign.data(), foreign.size());  // behind "known": 4 + 8 + 4 bytes

  Journal older(flash);
  ASSERT_TRUE(older.open());
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(append(older, 2, payload(i)));
  Journal again(flash);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(find(again, 1), "known");
  std::vector<std::uint8_t> back(length);
  std::size_t size = 0;
  ASSERT_TRUE(again.find(0x1234, back.data(), back.size(), size));
  ASSERT_EQ(size, length);
  EXPECT_EQ(std::memcmp(back.data(), foreign.data() + 4, length), 0);
  const auto sector = current_sector(flash);
  const auto* begin = flash.at(sector);
  const auto* found = std::search(begin, begin + flash_map::kSector, foreign.begin(), foreign.end());
  EXPECT_NE(found, begin + flash_map::kSector) << "filling and CRC are kept as well";
}

TEST(Journal, TheSectorsSequenceMayStartOver) {
  DeviceFlash flash;
  {
    Journal journal(flash);
    ASSERT_TRUE(journal.open());
  }
  std::uint8_t header[16];
  std::memcpy(header, flash.at(kSector[0]), 12);
  std::memset(header + 8, 0xFF, 4);
  const std::uint32_t crc = crc32(ByteView(header, 12));
  std::memcpy(header + 12, &crc, 4);
  flash.place(kSector[0], header, sizeof header);
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  for (int i = 0; i < 300; ++i) {
    ASSERT_TRUE(append(journal, 1, payload(i)));
    Journal again(flash);
    ASSERT_TRUE(again.open());
    ASSERT_EQ(find(again, 1), payload(i)) << i;
  }
  std::uint32_t sequence = 0;
  std::memcpy(&sequence, flash.at(kSector[0] + 8), 4);
  EXPECT_LT(sequence, 100u) << "it did start over";
}

TEST(Journal, UncleanRestIsNeverAppendedTo) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  ASSERT_TRUE(append(journal, 1, "first"));
  *flash.at(kSector[0] + 16 + 16 + 9) = 0x7F;  // one bit of a cut write, behind the last good record
  Journal again(flash);
  ASSERT_TRUE(again.open());
  ASSERT_TRUE(append(again, 2, "second"));
  EXPECT_EQ(current_sector(flash), kSector[1]) << "it moved to the other sector";
  EXPECT_EQ(find(again, 1), "first");
  EXPECT_EQ(find(again, 2), "second");
}

// A bit that flips in one record costs that record at most: what stands behind it still counts, before and after a
// compaction.
TEST(Journal, RotInARecordLosesNoOther) {
  for (std::uint32_t at = 16; at < 16 + 3 * 16; ++at) {
    SCOPED_TRACE(at);
    const std::uint32_t in_record = at % 16;
    if (in_record == 2 || in_record == 3) continue;  // the length, which leads to the next one
    DeviceFlash flash;
    Journal journal(flash);
    ASSERT_TRUE(journal.open());
    ASSERT_TRUE(append(journal, 1, "first..."));
    ASSERT_TRUE(append(journal, 2, "second.."));
    ASSERT_TRUE(append(journal, 3, "third..."));
    ASSERT_TRUE(append(journal, 4, "fourth.."));
    *flash.at(kSector[0] + at) ^= 0x01;
    const auto others_are_there = [&](Journal& again) {
      for (std::uint16_t type = 1; type <= 4; ++type) {
        if (type == at / 16) continue;
        EXPECT_TRUE(find(again, type).has_value()) << type;
      }
    };
    Journal again(flash);
    ASSERT_TRUE(again.open());
    others_are_there(again);
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(append(again, 9, "00000007"));
    others_are_there(again);
  }
}

TEST(Journal, FlashThatCannotBeReadIsNotTakenForAnEmptyOne) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  ASSERT_TRUE(append(journal, 1, "kept"));
  for (const int sector : {0, 1}) {
    flash.unreadable = kSector[sector];
    Journal blind(flash);
    EXPECT_FALSE(blind.open());
  }
  flash.unreadable = 0xFFFFFFFF;
  Journal again(flash);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(find(again, 1), "kept");
}

TEST(Journal, WriteThatDoesNotReadBackIsMadeGoodByCompaction) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  ASSERT_TRUE(append(journal, 1, "first"));
  flash.corrupt_at = kSector[0] + 16 + 16;
  ASSERT_TRUE(append(journal, 2, "second"));
  Journal again(flash);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(find(again, 1), "first");
  EXPECT_EQ(find(again, 2), "second");
}

TEST(Journal, FullOfDifferentTypesRefusesAndKeepsWhatItHas) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  std::uint16_t type = 1;
  while (append(journal, type, std::string(200, static_cast<char>('a' + type % 26)))) ++type;
  EXPECT_GT(type, 15);
  Journal again(flash);
  ASSERT_TRUE(again.open());
  for (std::uint16_t i = 1; i < type; ++i) EXPECT_EQ(find(again, i), std::string(200, static_cast<char>('a' + i % 26)));
}

// What was acknowledged as durable before the cut is there after it; what was being written is there whole or not at
// all; and the journal goes on.
void cut_and_check(std::size_t n, Damage damage) {
  SCOPED_TRACE(testing::Message() << "cut at operation " << n << ": " << fakes::kDamageNames[static_cast<int>(damage)]);
  DeviceFlash flash;
  flash.cut_at(n, damage);
  std::map<std::uint16_t, std::string> durable;
  std::uint16_t type = 0;
  std::string attempted;
  {
    Journal journal(flash);
    bool alive = journal.open();
    for (int i = 0; alive && i < 260; ++i) {
      type = static_cast<std::uint16_t>(1 + i % 5);
      attempted = payload(i);
      alive = append(journal, type, attempted);
      if (alive) durable[type] = attempted;
    }
  }
  flash.power_on();
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  for (const auto& [known, text] : durable) {
    const auto found = find(journal, known);
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(*found == text || (known == type && *found == attempted)) << known;
  }
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(append(journal, 9, payload(i)));
  Journal again(flash);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(find(again, 9), payload(299));
  for (const auto& [known, text] : durable) EXPECT_TRUE(find(again, known).has_value());
}

TEST(Journal, SurvivesACutAtEveryOperation) {
  DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  for (int i = 0; i < 260; ++i) ASSERT_TRUE(append(journal, static_cast<std::uint16_t>(1 + i % 5), payload(i)));
  const std::size_t operations = flash.operations();
  ASSERT_GT(operations, 260u) << "at least two compactions";
  for (std::size_t n = 1; n <= operations; ++n) {
    for (const auto damage :
         {Damage::None, Damage::FirstHalf, Damage::LastHalf, Damage::Speckled, Damage::Zeros, Damage::Done}) {
      cut_and_check(n, damage);
    }
  }
  std::printf("journal: %zu operations, %zu cuts\n", operations, 6 * operations);
}

}  // namespace
}  // namespace flotilla
