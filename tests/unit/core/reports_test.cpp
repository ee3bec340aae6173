// What a device's report makes of its member: the comparison, row by row.
#include <functional>

#include <gtest/gtest.h>

#include "daemon/core/names.h"
#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

// One device, ordered to install 1.1.0.
class OneDevice {
 public:
  OneDevice() : bench(1), id(bench.start(make_spec("1.1.0", {{100, true}}))) {}
  void accept() { bench.accept("esp-00"); }
  void report(UpdateState state, Reason error = Reason::None) { bench.report("esp-00", state, error); }
  void confirm() { bench.confirm("esp-00"); }
  Heartbeat& board() { return bench.boards.at("esp-00"); }
  [[nodiscard]] const Member& member() const { return *bench.fleet->member(id, "esp-00"); }

  Bench bench;
  RolloutId id;
};

struct Row {
  const char* name;
  std::function<void(OneDevice&)> happens;
  MemberState state;
  Reason why = Reason::None;
  bool order_stays = false;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
class Reports : public testing::TestWithParam<Row> {};
TEST_P(Reports, MoveTheMember) {
  const auto& row = GetParam();
  OneDevice device;
  row.happens(device);
  EXPECT_EQ(device.member().state, row.state) << to_string(device.member().state) << ": " << device.member().detail;
  EXPECT_EQ(device.member().why, row.why);
  EXPECT_EQ(device.bench.fleet->desired_order("esp-00") != nullptr, row.order_stays);
  EXPECT_EQ(device.bench.ledger.difference(*device.bench.fleet), "");
}
using S = UpdateState;
using M = MemberState;
INSTANTIATE_TEST_SUITE_P(
    Rows, Reports,
    testing::Values(
        Row{.name = "Nothing", .happens = [](OneDevice&) {}, .state = M::Ordered, .order_stays = true},
        Row{.name = "Accepted", .happens = [](OneDevice& d) { d.accept(); }, .state = M::Working, .order_stays = true},
        Row{.name = "Downloading",
            .happens = [](OneDevice& d) { d.accept(), d.report(S::Downloading); },
            .state = M::Working,
            .order_stays = true},
        Row{.name = "Armed",
            .happens = [](OneDevice& d) { d.accept(), d.report(S::Armed); },
            .state = M::Rebooting,
            .order_stays = true},
        Row{.name = "TrialKeepsItsOrder",
            .happens = [](OneDevice& d) { d.accept(), d.report(S::Trial); },
            .state = M::Trial,
            .order_stays = true},
        Row{.name = "ConfirmedDropsItsOrder", .happens = [](OneDevice& d) { d.confirm(); }, .state = M::Soaking},
        Row{.name = "ConfirmedOnAnotherImage",
            .happens = [](OneDevice& d) { d.accept(), d.report(S::Confirmed); },
            .state = M::Failed},
        Row{.name = "RolledBack",
            .happens = [](OneDevice& d) { d.accept(), d.report(S::RolledBack, Reason::SelfTest); },
            .state = M::RolledBack,
            .why = Reason::SelfTest},
        Row{.name = "FailedToDownload",
            .happens = [](OneDevice& d) { d.accept(), d.report(S::Failed, Reason::DownloadRefused); },
            .state = M::Failed,
            .why = Reason::DownloadRefused},
        Row{.name = "Cancelled",
            .happens = [](OneDevice& d) { d.accept(), d.report(S::Failed, Reason::Cancelled); },
            .state = M::Withdrawn,
            .why = Reason::Cancelled},
        Row{.name = "RefusedForItsHardware",
            .happens = [](OneDevice& d) { d.bench.refuse("esp-00", Reason::WrongHardware); },
            .state = M::Refused,
            .why = Reason::WrongHardware},
        Row{.name = "StaleSequenceIsNobodysFailure",
            .happens = [](OneDevice& d) { d.bench.refuse("esp-00", Reason::StaleSequence); },
            .state = M::Ordered,
            .order_stays = true},
        Row{.name = "AnotherOnesRefusalIsNotOurs",
            .happens =
                [](OneDevice& d) {
                  d.board().refused_sequence = 77;
                  d.board().refusal = Reason::BadSignature;
                  d.report(S::Idle);
                },
            .state = M::Ordered,
            .order_stays = true},
        Row{.name = "ARefusalBeforeItWasAccepted",
            .happens = [](OneDevice& d) { d.bench.refuse("esp-00", Reason::Expired), d.accept(); },
            .state = M::Working,
            .order_stays = true},
        Row{.name = "SoakingAndThenAnotherImage",
            .happens =
                [](OneDevice& d) {
                  d.confirm();
                  d.board().running_sha256 = digest_of("1.0.0");
                  d.report(S::Confirmed);
                },
            .state = M::Failed},
        Row{.name = "SoakingAndThenRolledBack",
            .happens =
                [](OneDevice& d) {
                  d.confirm();
                  d.board().running_sha256 = digest_of("1.0.0");
                  d.report(S::RolledBack, Reason::Crash);
                },
            .state = M::RolledBack,
            .why = Reason::Crash},
        Row{.name = "SoakingAndThenFlashedByCable",
            .happens =
                [](OneDevice& d) {
                  d.confirm();
                  d.board().running_sha256 = digest_of("other");
                  d.board().attempt_id = 0;
                  d.report(S::Idle);
                },
            .state = M::Failed},
        Row{.name = "DeferredBeforeAccepting",
            .happens =
                [](OneDevice& d) {
                  d.board().deferred = FixedString<kMaxDeferred>{"pump running"};
                  d.bench.pass(900);
                },
            .state = M::Ordered,
            .order_stays = true},
        Row{.name = "DeferredWhileWorking",
            .happens =
                [](OneDevice& d) {
                  d.accept();
                  d.board().deferred = FixedString<kMaxDeferred>{"low battery"};
                  d.bench.pass(1200);
                },
            .state = M::Working,
            .order_stays = true},
        Row{.name = "DeferredForLongerThanAnOrderMayWait",
            .happens =
                [](OneDevice& d) {
                  d.board().deferred = FixedString<kMaxDeferred>{"pump running"};
                  d.bench.pass(3700);
                },
            .state = M::Skipped}),
    [](const auto& row) { return row.param.name; });

TEST(Reports, AnOlderHeartbeatChangesNothing) {
  OneDevice device;
  const Heartbeat old = device.board();
  device.confirm();
  Heartbeat repeated = old;
  repeated.uptime_seconds = 10;
  device.bench.call([&](Fleet& fleet, const Now& now, Effects& out) {
    fleet.heartbeat("esp-00", repeated, now, out);
    return 0;
  });
  EXPECT_EQ(device.member().state, M::Soaking);
  EXPECT_EQ(device.bench.fleet->device("esp-00")->reported.update_state, S::Confirmed);
}

TEST(Reports, ADeviceThatReallyWentBackIsBelievedTheSecondTime) {
  OneDevice device;
  device.confirm();
  Heartbeat& board = device.board();
  board.boot_count = 1;  // flashed anew: its counters are lost
  board.boot_id = 4711;
  board.attempt_id = 0;
  board.update_state = S::Idle;
  board.running_sha256 = digest_of("1.0.0");
  device.bench.beat("esp-00");
  EXPECT_EQ(device.member().state, M::Soaking);
  device.bench.pass(35);
  EXPECT_EQ(device.bench.fleet->device("esp-00")->reported.boot_id, 4711U);
  EXPECT_EQ(device.member().state, M::Failed);
}

TEST(Reports, AnOrderTheDeviceLostIsGivenAgain) {
  OneDevice device;
  device.accept();
  const auto attempt = device.member().attempt;
  const auto sequence = device.bench.fleet->desired_order("esp-00")->sequence;
  device.board().attempt_id = 0;
  device.report(S::Idle);
  EXPECT_EQ(device.member().state, M::Ready);
  device.bench.pass(5);
  ASSERT_EQ(device.member().state, M::Ordered);
  EXPECT_NE(device.member().attempt, attempt);
  EXPECT_GT(device.bench.fleet->desired_order("esp-00")->sequence, sequence);
}

TEST(Reports, AnOrderLostAgainAndAgainIsAFailure) {
  OneDevice device;
  for (int i = 0; i < 3; ++i) {
    device.accept();
    device.board().attempt_id = 0;
    device.report(S::Idle);
    device.bench.pass(5);
  }
  EXPECT_EQ(device.member().state, M::Failed);
  EXPECT_EQ(device.bench.state(device.id), RolloutState::Halted);
}

TEST(Reports, ANetworkRollbackDuringAnOutageIsTriedAgain) {
  OneDevice device;
  device.accept();
  device.bench.broker_down();
  device.bench.pass(30);
  device.bench.broker_up();
  device.report(S::RolledBack, Reason::NoBroker);
  EXPECT_EQ(device.member().state, M::Ready);
  device.bench.pass(5);
  EXPECT_EQ(device.member().state, M::Ordered);
  EXPECT_EQ(device.member().attempts, 2U);
}

TEST(Reports, ANetworkRollbackWithoutAnOutageCounts) {
  OneDevice device;
  device.accept();
  device.report(S::RolledBack, Reason::NoBroker);
  EXPECT_EQ(device.member().state, M::RolledBack);
}

TEST(Reports, ASelfTestThatFailsCountsAlsoDuringAnOutage) {
  OneDevice device;
  device.accept();
  device.bench.broker_down();
  device.bench.broker_up();
  device.report(S::RolledBack, Reason::SelfTest);
  EXPECT_EQ(device.member().state, M::RolledBack);
}

TEST(Reports, APairThatIsNotInTheTableIsWrittenDown) {
  OneDevice device;
  device.accept();
  device.report(S::Armed);
  device.report(S::Downloading);
  EXPECT_EQ(device.member().state, M::Rebooting);
  EXPECT_TRUE(device.bench.has_history("unexpected", "works while rebooting"));
}

// The broker's word comes before the first heartbeat, and a retained one is not repeated.
TEST(FirstHeartbeat, KeepsWhatTheBrokerHasSaidOfTheDevice) {
  Bench bench(1);
  Effects out;
  bench.fleet->presence("esp-new", true, bench.now, out);
  EXPECT_EQ(bench.fleet->device("esp-new"), nullptr) << "presence alone makes nobody known";
  bench.fleet->heartbeat("esp-new", bench.boards.at("esp-00"), bench.now, out);
  EXPECT_TRUE(bench.fleet->device("esp-new")->present);
  bench.fleet->presence("esp-gone", true, bench.now, out);
  bench.fleet->presence("esp-gone", false, bench.now, out);
  bench.fleet->heartbeat("esp-gone", bench.boards.at("esp-00"), bench.now, out);
  EXPECT_FALSE(bench.fleet->device("esp-gone")->present);
}

}  // namespace
}  // namespace flotilla::core
