// Boards with less than 4 MB of flash: they are managed, never updated, and nothing but what is the agent's is written.
#include <gtest/gtest.h>

#include "tests/fakes/config_rig.h"
#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

// Notes every write and erase outside what the agent may touch.
class GuardedFlash final : public hal::Flash {
 public:
  explicit GuardedFlash(std::uint32_t size) : flash(size) {}
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override {
    return flash.read(address, out, size);
  }
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override {
    check(address, static_cast<std::uint32_t>(size));
    return flash.write(address, bytes, size);
  }
  bool erase_sector(std::uint32_t address) override {
    check(address, flash_map::kSector);
    return flash.erase_sector(address);
  }
  std::uint32_t size() override { return flash.size(); }

  fakes::DeviceFlash flash;
  int writes = 0;
  int foreign = 0;

 private:
  void check(std::uint32_t address, std::uint32_t size) {
    const std::uint32_t journal = flash_map::agent_journal(flash.size());
    ++writes;
    if (address < journal || address + size > journal + 2 * flash_map::kSector) ++foreign;
  }
};

struct SmallBoard {
  explicit SmallBoard(std::uint32_t size) : flash(size) {
    const std::string& image = rig.old().bytes;
    flash.flash.place(flash_map::kImage, image.data(), image.size());
    rig.mqtt.set_link(hal::Link::Up);
    config.version = "1.0.0";
  }
  bool boot() {
    agent.reset();
    rig.clock.reboot();
    rig.mqtt.reconnect();
    EXPECT_EQ(early_boot(flash, rig.boot_path, rig.crypto, scratch), EarlyBoot::Continue);
    agent = std::make_unique<Agent>(
        hal::Ports{flash, rig.boot_path, rig.crypto, rig.server, rig.mqtt, rig.clock, rig.random}, rig.application,
        config, rig.board);
    return agent->begin();
  }
  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      agent->step();
      rig.clock.advance(10);
    }
  }
  void order(const std::string& command) {
    rig.mqtt.retain(command);
    run(300);
  }
  const std::string& last_log() const { return rig.application.lines.back(); }

  DeviceRig rig{4096};
  GuardedFlash flash;
  AgentConfig config;
  alignas(4) Scratch scratch{};
  std::unique_ptr<Agent> agent;
};

class SmallBoards : public testing::TestWithParam<std::uint32_t> {};

TEST_P(SmallBoards, SayThatTheyCannotGoBack) {
  SmallBoard board(GetParam());
  ASSERT_TRUE(board.boot());
  board.run(300);
  const Heartbeat& heartbeat = board.rig.last_heartbeat();
  EXPECT_FALSE(heartbeat.local_rollback);
  EXPECT_EQ(heartbeat.slot_size, 0u);
  EXPECT_EQ(heartbeat.flash_size, GetParam());
  EXPECT_EQ(heartbeat.running_sha256, board.rig.old().sha256);
  EXPECT_FALSE(board.agent->seeded());
  EXPECT_TRUE(board.agent->may_sleep());
}

TEST_P(SmallBoards, RefuseInstallAndRevertWithoutCheckingTheRelease) {
  SmallBoard board(GetParam());
  ASSERT_TRUE(board.boot());
  const int before = board.rig.crypto.verifications;
  board.order(board.rig.install(1, 100));
  EXPECT_EQ(board.agent->refusal(), Reason::NoSlots);
  EXPECT_EQ(board.rig.crypto.verifications, before + 1);
  board.order(board.rig.sign(board.rig.command(CommandKind::Revert, 2, 101)));
  EXPECT_EQ(board.rig.last_heartbeat().refusal, Reason::NoSlots);
  EXPECT_EQ(board.rig.last_heartbeat().refused_sequence, 2u);
  EXPECT_EQ(board.agent->state(), UpdateState::Idle);
  EXPECT_EQ(board.agent->last_sequence(), 0u);
}

// Enough boots to fill and compact the journal many times over.
TEST_P(SmallBoards, NeverWriteOutsideTheJournal) {
  SmallBoard board(GetParam());
  const std::vector<std::uint8_t> before(board.flash.flash.at(0), board.flash.flash.at(0) + GetParam());
  for (std::uint32_t i = 0; i < 400; ++i) {
    ASSERT_TRUE(board.boot());
    board.run(3);
    if (i % 8 != 0) continue;
    board.order(board.rig.install(i + 1, i + 1));
    board.order(board.rig.sign(board.rig.command(CommandKind::Revert, i + 2, i + 2)));
    board.order(board.rig.sign(board.rig.command(CommandKind::Cancel, i + 3, i + 2)));
    board.order("garbage");
    board.agent->prepare_sleep();
  }
  EXPECT_GT(board.flash.writes, 400);
  EXPECT_EQ(board.flash.foreign, 0);
  const std::uint32_t journal = flash_map::agent_journal(GetParam());
  const std::uint32_t end = journal + 2 * flash_map::kSector;
  EXPECT_EQ(std::memcmp(board.flash.flash.at(0), before.data(), journal), 0);
  EXPECT_EQ(std::memcmp(board.flash.flash.at(end), before.data() + end, GetParam() - end), 0);
  EXPECT_EQ(board.agent->state(), UpdateState::Idle);
  board.run(10);
  EXPECT_EQ(board.rig.last_heartbeat().boot_count, 400u) << "the journal works";
}

// An image up to the journal's first byte is one; a sector more, and nothing is written over it.
TEST_P(SmallBoards, RefuseAnImageThatReachesIntoTheJournal) {
  const std::uint32_t room = flash_map::image_end(GetParam()) - flash_map::kImage;
  if (room > flash_map::kImageMax) return;  // no image can be that long
  for (const bool too_long : {false, true}) {
    SmallBoard board(GetParam());
    const DeviceRig large(too_long ? room + 16 : room);
    const std::string& image = large.old().bytes;
    board.flash.flash.place(flash_map::kImage, image.data(), image.size());
    EXPECT_EQ(board.boot(), !too_long);
    if (!too_long) continue;
    EXPECT_NE(board.last_log().find("the image is too large"), std::string::npos);
    EXPECT_EQ(board.flash.writes, 0) << "not by the early boot either";
  }
}

TEST_P(SmallBoards, RefuseWhereTheImagesEndIsUnknown) {
  SmallBoard board(GetParam());
  *board.flash.flash.at(flash_map::kImage) = 0;
  EXPECT_FALSE(board.boot());
  EXPECT_EQ(board.flash.writes, 0);
}

INSTANTIATE_TEST_SUITE_P(Sizes, SmallBoards, testing::Values(0x80000U, 0x100000U, 0x200000U));

struct Layout {
  const char* name;
  std::uint32_t flash;
  std::uint32_t start;
  std::uint32_t end;
  bool fits;
};
class FileSystems : public testing::TestWithParam<Layout> {};

TEST_P(FileSystems, MustNotLieWhereTheAgentWrites) {
  SmallBoard board(GetParam().flash);
  board.config.file_system_start = GetParam().start;
  board.config.file_system_end = GetParam().end;
  EXPECT_EQ(board.boot(), GetParam().fits);
  if (GetParam().fits) return;
  EXPECT_NE(board.last_log().find("layout"), std::string::npos);
}

// As in the core's linker scripts of these names, and some that a project of its own may have.
const Layout kLayouts[] = {
    {"None", 0x400000, 0, 0, true},
    {"4m", 0x400000, 0x3FB000, 0x3FB000, true},
    {"4m1m", 0x400000, 0x300000, 0x3FA000, true},
    {"4m2m", 0x400000, 0x200000, 0x3FA000, false},
    {"4m3m", 0x400000, 0x100000, 0x3FA000, false},
    {"4mOneSectorLow", 0x400000, 0x2FF000, 0x3FA000, false},
    {"4mOnlyTheStartTold", 0x400000, 0x300000, 0, true},
    {"4mInsideTheImageArea", 0x400000, 0x80000, 0x90000, false},
    {"8m6m", 0x800000, 0x200000, 0x7FA000, false},
    {"1m", 0x100000, 0xFB000, 0xFB000, true},
    {"1m64", 0x100000, 0xEB000, 0xFB000, false},
    {"1m512", 0x100000, 0x7B000, 0xFB000, false},
    {"1mBelowTheJournal", 0x100000, 0xE5000, 0xF5000, true},
    {"1mOneSectorIntoTheJournal", 0x100000, 0xE6000, 0xF6000, false},
    {"1mOnlyTheStartTold", 0x100000, 0xEB000, 0, false},
    {"2m1m", 0x200000, 0x100000, 0x1FA000, false},
};
INSTANTIATE_TEST_SUITE_P(Arduino, FileSystems, testing::ValuesIn(kLayouts),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(TinyFlash, IsNotManaged) {
  SmallBoard board(0x80000);
  fakes::DeviceFlash tiny(0x40000);
  Agent agent({tiny, board.rig.boot_path, board.rig.crypto, board.rig.server, board.rig.mqtt, board.rig.clock,
               board.rig.random},
              board.rig.application, board.config, board.rig.board);
  EXPECT_FALSE(agent.begin());
  EXPECT_EQ(tiny.operations(), 0u);
}

// The one thing that can be changed over the air on such a board.
TEST_P(SmallBoards, TakeAnUpdateConfigIntoTheCopyThatIsNotInUse) {
  fakes::ConfigRig rig;
  fakes::DeviceFlash small(GetParam());
  small.place(0, rig.flash.at(0), flash_map::kSector);
  small.place(flash_map::kImage, rig.old().bytes.data(), rig.old().bytes.size());
  for (std::uint8_t copy = 0; copy < 2; ++copy) {
    small.place(flash_map::provisioning(GetParam(), copy), rig.flash.at(flash_map::kProvisioning[copy]),
                flash_map::kProvisioningSize);
  }
  rig.flash = small;
  rig.passwords.insert("second");
  rig.mqtt.retain(rig.order(rig.file_content("second")));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.password(), "second");

  const std::uint32_t used = flash_map::provisioning(GetParam(), rig.board.config_copy);
  const std::uint32_t journal = flash_map::agent_journal(GetParam());
  for (std::uint32_t at = 0; at < GetParam(); at += flash_map::kSector) {
    const bool own = (at >= journal && at < journal + 2 * flash_map::kSector) ||
                     (at >= used && at < used + flash_map::kProvisioningSize);
    if (own) continue;
    ASSERT_EQ(std::memcmp(rig.flash.at(at), small.at(at), flash_map::kSector), 0) << std::hex << at;
  }
  EXPECT_NE(std::memcmp(rig.flash.at(used), small.at(used), flash_map::kSector), 0);
}

}  // namespace
}  // namespace flotilla
