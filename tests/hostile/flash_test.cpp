// Any bytes in flash: journals, provisioning blocks and images that no agent wrote.
#include <gtest/gtest.h>

#include "common/crc32.h"
#include "firmware-esp/src/core/records.h"
#include "tests/cuts/cut_board.h"
#include "tests/fakes/device_rig.h"
#include "tests/hostile/mutator.h"

namespace flotilla::hostile {
namespace {

using fakes::DeviceRig;

constexpr std::uint32_t kJournalSize = 2 * flash_map::kSector;

std::string content(DeviceRig& rig, std::uint32_t address, std::size_t size) {
  return {reinterpret_cast<const char*>(rig.flash.look(address)), size};
}

void place(DeviceRig& rig, std::uint32_t address, std::string bytes, std::size_t size) {
  bytes.resize(size, '\xFF');
  rig.flash.place(address, bytes.data(), bytes.size());
}

// A journal record with a CRC that fits.
std::string record(std::uint16_t type, std::uint16_t length, const std::string& payload) {
  std::string bytes = {static_cast<char>(type), static_cast<char>(type >> 8), static_cast<char>(length),
                       static_cast<char>(length >> 8)};
  bytes += payload;
  const std::uint32_t crc = crc32(ByteView(std::string_view(bytes)));
  bytes.resize((bytes.size() + 3) / 4 * 4, '\xFF');
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(crc >> (8 * i));
  return bytes;
}

std::string journal_header() {
  std::string bytes("FLAJ\1\0\0\0\7\0\0\0", 12);
  const std::uint32_t crc = crc32(ByteView(std::string_view(bytes)));
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(crc >> (8 * i));
  return bytes;
}

// The board boots with it and works for a while: only journal and slots are written, and what it says can be read.
void expect_harmless(DeviceRig& rig) {
  cuts::forbid_strays(rig, true);  // a journal may say that a new provisioning was ordered
  rig.flash.strays = 0;
  for (int i = 0; i < 250; ++i) {
    ASSERT_TRUE(rig.step());
    if (rig.running() == nullptr) return;  // the boot path did what the journal's attempt asked for: see the callers
  }
  EXPECT_EQ(rig.flash.strays, 0);
  EXPECT_EQ(rig.mqtt.undecodable, 0);
  EXPECT_EQ(rig.flash.unerased_writes, 0);
}

TEST(HostileFlash, JournalsOfAnyBytesHarmNoBoard) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  Mutator mutator(seed());
  DeviceRig life(4096);
  life.mqtt.retain(life.install());
  ASSERT_TRUE(life.run_to(UpdateState::Confirmed));
  const std::string used = content(life, flash_map::kAgentJournal, kJournalSize);
  for (int i = 0; i < 1500 && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    DeviceRig rig(4096);
    const std::string bytes = i % 3 == 0 ? mutator.noise(kJournalSize) : mutator.mutate(used, mutator.noise(900));
    place(rig, flash_map::kAgentJournal, bytes, kJournalSize);
    expect_harmless(rig);
    ASSERT_TRUE(rig.agent);
    // Whatever it held: it is a journal again, and the next order finds its way.
    rig.mqtt.retain(rig.install(1'000'000, 777));
    EXPECT_TRUE(rig.run_until([&] {
      return rig.agent->attempt_id() == 777 && rig.agent->state() == UpdateState::Confirmed;
    })) << to_string(rig.agent->state())
        << " " << to_string(rig.agent->error());
  }
}

// The worst there is: sound records that say anything at all.
TEST(HostileFlash, SoundRecordsOfAnyContentAreBoundedBeforeTheyAreUsed) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  Mutator mutator(seed());
  int attempts = 0;
  for (int i = 0; i < 1500 && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    DeviceRig rig(4096);
    std::string bytes = journal_header();
    for (std::uint16_t type = 0; type < 16 && bytes.size() < 3000; ++type) {
      if (mutator.draw(4) == 0) continue;
      // Small numbers more often than large ones: a slot, a state or a length is then now and then a good one.
      std::string payload = mutator.noise(mutator.draw(6) == 0 ? mutator.draw(400) : 244);
      for (auto& byte : payload) byte = mutator.draw(3) != 0 ? static_cast<char>(mutator.draw(9)) : byte;
      bytes += record(type, static_cast<std::uint16_t>(payload.size()), payload);
    }
    place(rig, flash_map::kAgentJournal, bytes, kJournalSize);
    Ledger ledger(rig.flash);
    attempts += ledger.open() && ledger.has_attempt() ? 1 : 0;
    expect_harmless(rig);
  }
  EXPECT_GT(attempts, 50) << "no attempt was read: the test shows nothing";
}

// Of a journal's first sector. Each is {type, payload}.
std::vector<std::pair<std::uint16_t, std::string>> records_of(const std::string& sector) {
  std::vector<std::pair<std::uint16_t, std::string>> records;
  const auto number = [&sector](std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(sector[at]) | static_cast<std::uint8_t>(sector[at + 1])
                                                                                  << 8);
  };
  for (std::size_t at = 16; number(at) != 0xFFFF;) {
    const std::uint16_t length = number(at + 2);
    records.emplace_back(number(at), sector.substr(at + 4, length));
    at += 4 + (length + 3u) / 4 * 4 + 4;
  }
  return records;
}

// Closer to home: the records of a real life, with a few of their bytes changed and CRCs that fit.
TEST(HostileFlash, RecordsOfALifeWithBytesChangedAreBoundedBeforeTheyAreUsed) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  Mutator mutator(seed());
  DeviceRig life(4096);
  life.mqtt.retain(life.install());
  ASSERT_TRUE(life.run_to(UpdateState::Confirmed));
  const auto records = records_of(content(life, flash_map::kAgentJournal, flash_map::kSector));
  ASSERT_GT(records.size(), 8u);
  DeviceRig rig(4096);
  std::set<UpdateState> seen;
  int armed = 0;
  for (int i = 0; i < 3000 && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    std::string bytes = journal_header();
    for (auto [type, payload] : records) {
      for (std::size_t changes = mutator.draw(3); changes > 0 && !payload.empty(); --changes) {
        // Behind the order's tag are a state, a slot, a count of boots: what decides most.
        const std::size_t at = mutator.draw(3) == 0 ? 8 : mutator.draw(60);
        if (at >= payload.size()) continue;
        payload[at] = static_cast<char>(mutator.draw(2) == 0 ? mutator.draw(9) : mutator.draw(256));
      }
      bytes += record(type, static_cast<std::uint16_t>(payload.size()), payload);
    }
    rig.become(life, false);
    place(rig, flash_map::kAgentJournal, bytes, kJournalSize);
    const int before = rig.boot_path.armed;
    expect_harmless(rig);
    if (rig.agent) seen.insert(rig.agent->state());
    armed += rig.boot_path.armed - before;
  }
  EXPECT_GE(seen.size(), 5u) << "too few states were met: the test shows little";
  EXPECT_GT(armed, 10);
}

TEST(HostileFlash, ProvisioningOfAnyBytesIsRefusedOrTheOtherCopyIsUsed) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  Mutator mutator(seed());
  DeviceRig rig(4096);
  ASSERT_TRUE(Ledger(rig.flash).open());  // the journal is asked which copy to use
  const std::string trust = rig.sign(Role::Trust, wire::encode(rig.board.trust), fakes::kRootKey);
  Provisioning good = rig.provisioning;
  good.signed_trust_store = wire::view(trust);
  const std::string message = wire::encode(good);
  const auto block_of = [](const std::string& of) {
    std::string block(kProvisioningHeader + of.size(), '\0');
    (void)write_provisioning_block(1, wire::view(of), reinterpret_cast<std::uint8_t*>(block.data()), block.size());
    return block;
  };
  const std::string valid = block_of(message);
  int refused = 0;
  for (int i = 0; i < 4000 && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    // Damaged as it lies there, or made of a damaged message with a CRC that fits.
    const bool crc_fits = i % 2 == 0;
    const std::string bad = crc_fits ? block_of(mutator.mutate(message, trust)) : mutator.mutate(valid, trust);
    place(rig, flash_map::kProvisioning[0], bad, flash_map::kProvisioningSize);
    place(rig, flash_map::kProvisioning[1], i % 4 < 2 ? bad : valid, flash_map::kProvisioningSize);
    std::unique_ptr<std::uint8_t[]> workspace(new std::uint8_t[flash_map::kProvisioningSize]);
    Provisioning provisioning;
    Board board;
    const auto before = rig.flash.operations();
    const BoardCheck check =
        load_board(rig.flash, rig.crypto, workspace.get(), flash_map::kProvisioningSize, provisioning, board);
    EXPECT_EQ(rig.flash.operations(), before);
    refused += check == BoardCheck::Good ? 0 : 1;
    EXPECT_TRUE(i % 4 < 2 || check == BoardCheck::Good) << "one copy is good";
    // Taken only with the trust store that the roots signed.
    EXPECT_TRUE(check != BoardCheck::Good || wire::encode(board.trust) == wire::encode(rig.board.trust));
  }
  EXPECT_GT(refused, 1200);
}

TEST(HostileFlash, ImagesOfAnyBytesAreMeasuredWithinTheirArea) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  Mutator mutator(seed());
  DeviceRig rig(4096);
  const std::string valid = rig.old().bytes;
  std::string longest = valid;  // says that it fills the whole area
  const std::uint32_t data = flash_map::kImageMax - 32;
  std::memcpy(longest.data() + 12, &data, sizeof data);
  alignas(4) static Scratch scratch;
  int whole = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string head = mutator.mutate((i % 5 == 0 ? longest : valid).substr(0, 64), longest.substr(0, 40));
    head.resize(64, '\0');
    const std::uint32_t address = i % 2 == 0 ? flash_map::kImage : flash_map::kSlotImage[1];
    rig.flash.place(address, head.data(), head.size());
    const std::uint32_t size = image_size_at(rig.flash, address);
    EXPECT_LE(size, flash_map::kImageMax);
    const ImageIdentity identity = identify_image(rig.flash, rig.crypto, address, scratch);
    EXPECT_EQ(identity.size, size);
    whole += size != 0 ? 1 : 0;
  }
  EXPECT_GT(whole, 100);
  EXPECT_LT(whole, 3500);
}

TEST(HostileFlash, DownloadsOfOtherBytesFailWithACodeAndTheOldImageStays) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  Mutator mutator(seed());
  for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    DeviceRig rig(8192);
    ASSERT_TRUE(rig.run_to_seeded());
    const std::string kept = content(rig, flash_map::kSlot[0], 16384);
    rig.step_ms = 1000;
    rig.server.tells_size = mutator.draw(2) == 0;
    rig.server.files["/1.1.0"] = mutator.mutate(rig.newer().bytes, rig.old().bytes);
    rig.mqtt.retain(rig.install());
    ASSERT_TRUE(rig.run_to(UpdateState::Failed));
    EXPECT_GE(static_cast<int>(rig.agent->error()), 50);
    EXPECT_LT(static_cast<int>(rig.agent->error()), 100);
    EXPECT_EQ(rig.running(), &rig.old());
    EXPECT_EQ(content(rig, flash_map::kSlot[0], 16384), kept);
  }
  if (testing::UnitTest::GetInstance()->Failed()) return;
  std::printf(
      "FIGURE: hostile flash, seed %u: 6000 journals, 4000 provisionings, 4000 images, 300 downloads: no harm\n",
      seed());
}

}  // namespace
}  // namespace flotilla::hostile
