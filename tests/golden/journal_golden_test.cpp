// The agent journal has one form in bytes: an older agent reads it after a rollback. proto/golden/journal.hex is a sector
// with one record of each type, and docs/protocol.md takes its first records apart.
// FLOTILLA_WRITE_GOLDEN=1 writes the file anew: only for a new record type, never for a change to an old one.
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "firmware-esp/src/core/records.h"
#include "tests/fakes/device_flash.h"

namespace flotilla {
namespace {

Digest digest(std::uint8_t first) {
  Digest out;
  std::iota(out.bytes.begin(), out.bytes.end(), first);
  return out;
}

AttemptRecord attempt() {
  AttemptRecord record;
  record.command = {.trust_version = 1, .sequence = 42, .digest = digest(0x20)};
  record.attempt_id = 1001;
  record.trial_boots = 3;
  record.download_seconds = 1800;
  record.trial_seconds = 300;
  record.trial_maximum_seconds = 86400;
  record.image_size = 420000;
  record.image_sha256 = digest(0x10);
  record.release_counter = 2;
  record.security_floor = 1;
  record.created_at = 1790000000;
  record.version = VersionText("1.1.0");
  record.path.assign_cut("/v1/images/1011");
  return record;
}

template <typename Record>
Record image(std::uint8_t slot, const char* version) {
  Record record;
  record.tag = 0x0807060504030201;
  record.slot = slot;
  record.image_size = 410000;
  record.image_sha256 = digest(0x40);
  record.release_counter = 1;
  record.security_floor = 1;
  record.clock_floor = 1780000000;
  record.version = VersionText(version);
  return record;
}

std::string hex(const std::uint8_t* bytes, std::size_t size, std::size_t width) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
    if (i + 1 == size || i % width == width - 1) out += '\n';
  }
  return out;
}

std::string content_of(const std::string& path) {
  const char* source = std::getenv("FLOTILLA_SOURCE");
  std::stringstream content;
  content << std::ifstream(std::string(source == nullptr ? "" : source) + path).rdbuf();
  return content.str();
}

class GoldenJournal : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(journal_.open());
    const OrderTag tag = attempt().tag();
    ASSERT_TRUE(store(journal_, BootsRecord{7}));
    ASSERT_TRUE(store(journal_, AttemptStateRecord{tag, UpdateState::RolledBack, Reason::SelfTest, true}));
    ASSERT_TRUE(store(journal_, LastCommandRecord{1, 43, digest(0x60)}));
    ASSERT_TRUE(store(journal_, attempt()));
    ASSERT_TRUE(store(journal_, ProgressRecord{tag, 131072, 12}));
    ASSERT_TRUE(store(journal_, TrialUseRecord{tag, 2, 1, 60, 90}));
    ASSERT_TRUE(store(journal_, image<ConfirmedRecord>(1, "1.0.0")));
    ASSERT_TRUE(store(journal_, image<PreviousRecord>(0, "0.9.0")));
    ASSERT_TRUE(store(journal_, ConfigUseRecord{2}));
    ASSERT_TRUE(store(journal_, ConfigTrialRecord{tag, 1, 2}));
    ASSERT_TRUE(store(journal_, SilenceRecord{300}));
    ASSERT_TRUE(store(journal_, UnwantedRecord{digest(0x80)}));
    const auto* bytes = flash_.at(flash_map::kAgentJournal);
    used_ = flash_map::kSector;
    while (bytes[used_ - 1] == 0xFF) --used_;
  }
  [[nodiscard]] std::string sector() { return hex(flash_.at(flash_map::kAgentJournal), used_, 32); }

  fakes::DeviceFlash flash_;
  Journal journal_{flash_};
  std::size_t used_ = 0;
};

TEST_F(GoldenJournal, IsWrittenByteForByte) {
  if (std::getenv("FLOTILLA_WRITE_GOLDEN") != nullptr) {
    std::ofstream(std::string(std::getenv("FLOTILLA_SOURCE")) + "/proto/golden/journal.hex") << sector();
  }
  EXPECT_EQ(sector(), content_of("/proto/golden/journal.hex"));
}

TEST_F(GoldenJournal, IsTakenApartInTheDocument) {
  const std::string document = content_of("/docs/protocol.md");
  // Header; Boots; AttemptState: 16, 12 and 20 bytes.
  for (const auto& [offset, size] : {std::pair{0, 16}, std::pair{16, 12}, std::pair{28, 20}}) {
    std::string spaced;
    const auto* bytes = flash_.at(flash_map::kAgentJournal + static_cast<std::uint32_t>(offset));
    for (int i = 0; i < size; ++i) spaced += (i == 0 ? "" : " ") + hex(bytes + i, 1, 2).substr(0, 2);
    EXPECT_NE(document.find(spaced), std::string::npos) << "offset " << offset << ": " << spaced;
  }
}

}  // namespace
}  // namespace flotilla
