// Configuration orders: their life, their turn beside rollouts, and that nothing loses or doubles them.
#include "daemon/core/configs.h"

#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

class Configs : public testing::Test {
 protected:
  static ConfigSpec spec(const std::string& content, const std::string& device = "esp-00") {
    return {device, "sensor", "d1-mini", digest_of(content), "alice"};
  }
  Result<Unit, Error> put(const std::string& content, const std::string& device = "esp-00") {
    return bench_.call(
        [&](Fleet& f, const Now& n, Effects& o) { return f.update_config(spec(content, device), n, o); });
  }
  Result<Unit, Error> withdraw() {
    return bench_.call([&](Fleet& f, const Now& n, Effects& o) { return f.withdraw_config("esp-00", "bob", n, o); });
  }
  const Order* order() { return bench_.fleet->desired_order("esp-00"); }
  const Device& device() { return *bench_.fleet->device("esp-00"); }
  const ConfigChange& config() { return *device().config; }
  Heartbeat& board() { return bench_.boards.at("esp-00"); }
  std::string why() { return bench_.fleet->why("esp-00", bench_.now); }
  bool says(const std::string& part) { return why().find(part) != std::string::npos; }
  void start_rollout() { rollout_ = bench_.start(make_spec("1.1.0", {{100, true}})); }
  // From acceptance to the trial, as the device reports it.
  void try_it() {
    bench_.accept("esp-00");
    for (const auto state : {UpdateState::Downloading, UpdateState::Verified, UpdateState::Armed, UpdateState::Trial}) {
      bench_.report("esp-00", state);
    }
  }

  Bench bench_{1};
  RolloutId rollout_ = 0;
};

TEST_F(Configs, AreOrderedAtOnceAndEndWhenTheDeviceHasConfirmed) {
  ASSERT_TRUE(put("a").ok());
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->kind, OrderKind::UpdateConfig);
  EXPECT_EQ(order()->attempt, config().attempt);
  EXPECT_EQ(order()->rollout, 0U);
  EXPECT_EQ(config().state, ConfigState::Ordered);
  EXPECT_EQ(*bench_.fleet->fetchable_config("esp-00"), digest_of("a"));
  EXPECT_EQ(bench_.fleet->fetchable("esp-00"), nullptr);
  const struct {
    UpdateState reported;
    ConfigState expected;
  } rows[] = {{UpdateState::Accepted, ConfigState::Working}, {UpdateState::Downloading, ConfigState::Working},
              {UpdateState::Verified, ConfigState::Working}, {UpdateState::Armed, ConfigState::Rebooting},
              {UpdateState::Trial, ConfigState::Trial},      {UpdateState::Confirmed, ConfigState::Confirmed}};
  bench_.accept("esp-00");
  for (const auto& row : rows) {
    bench_.report("esp-00", row.reported);
    EXPECT_EQ(config().state, row.expected) << to_string(row.reported);
    EXPECT_EQ(order() == nullptr, row.reported == UpdateState::Confirmed) << "retained until its end";
  }
  EXPECT_EQ(bench_.fleet->fetchable_config("esp-00"), nullptr);
  EXPECT_EQ(bench_.fleet->config_file("esp-00"), nullptr);
  bench_.pass(7200);
  EXPECT_EQ(config().state, ConfigState::Confirmed);
  EXPECT_EQ(bench_.published("esp-00"), 2) << "the order, and the emptied topic";
}

TEST_F(Configs, TellTheirEnd) {
  const struct {
    UpdateState reported;
    Reason error;
    ConfigState expected;
  } rows[] = {{UpdateState::RolledBack, Reason::NoWifi, ConfigState::RolledBack},
              {UpdateState::RolledBack, Reason::NoOrder, ConfigState::RolledBack},
              {UpdateState::Failed, Reason::ConfigRejected, ConfigState::Failed},
              {UpdateState::Failed, Reason::DownloadDeadline, ConfigState::Failed},
              {UpdateState::Failed, Reason::Cancelled, ConfigState::Withdrawn}};
  for (const auto& row : rows) {
    SCOPED_TRACE(to_string(row.error));
    ASSERT_TRUE(put(std::string{to_string(row.error)}).ok());
    bench_.accept("esp-00");
    bench_.report("esp-00", row.reported, row.error);
    EXPECT_EQ(config().state, row.expected);
    EXPECT_EQ(config().why, row.error);
    EXPECT_EQ(order(), nullptr);
    EXPECT_TRUE(says(std::string{to_string(row.error)})) << why();
  }
}

TEST_F(Configs, EndWithARefusalThatWaitingDoesNotCure) {
  for (const auto reason : {Reason::Unsupported, Reason::UnknownKey, Reason::WrongTrustVersion, Reason::WrongDevice}) {
    SCOPED_TRACE(to_string(reason));
    ASSERT_TRUE(put(std::string{to_string(reason)}).ok());
    bench_.refuse("esp-00", reason);
    EXPECT_EQ(config().state, ConfigState::Refused);
    EXPECT_EQ(config().why, reason);
    EXPECT_EQ(order(), nullptr);
  }
}

TEST_F(Configs, WaitForAHindranceToPass) {
  for (const auto reason : {Reason::LowMemory, Reason::NoTime, Reason::Busy, Reason::Expired}) {
    SCOPED_TRACE(to_string(reason));
    ASSERT_TRUE(put(std::string{to_string(reason)}).ok());
    bench_.refuse("esp-00", reason);
    EXPECT_TRUE(says(std::string{explain(reason)})) << why();
    bench_.pass(3 * 3600);  // its expiry as well: then it is signed anew
    EXPECT_EQ(config().state, ConfigState::Ordered);
    ASSERT_NE(order(), nullptr);
    EXPECT_GT(order()->expires_at, bench_.now.wall);
    try_it();
    bench_.report("esp-00", UpdateState::Confirmed);
    EXPECT_EQ(config().state, ConfigState::Confirmed);
  }
}

TEST_F(Configs, AreSignedAnewAboveAStaleSequence) {
  ASSERT_TRUE(put("a").ok());
  const auto attempt = order()->attempt;
  bench_.refuse("esp-00", Reason::StaleSequence);
  EXPECT_EQ(order()->sequence, 2U);
  EXPECT_EQ(order()->attempt, attempt);
}

TEST_F(Configs, WaitTheirTurnBehindARolloutsAttempt) {
  start_rollout();
  ASSERT_TRUE(put("a").ok());
  EXPECT_EQ(config().state, ConfigState::Waiting);
  EXPECT_EQ(order()->kind, OrderKind::Install);
  EXPECT_TRUE(says("rollout 1 comes first")) << why();
  bench_.confirm("esp-00");
  EXPECT_EQ(bench_.state(rollout_, "esp-00"), MemberState::Soaking);
  bench_.pass(30);
  EXPECT_EQ(config().state, ConfigState::Waiting) << "an experiment with the network would spoil the soak";
  bench_.pass(120);
  EXPECT_EQ(bench_.state(rollout_), RolloutState::Completed);
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->kind, OrderKind::UpdateConfig);
}

TEST_F(Configs, ComeBeforeARolloutThatBeginsLater) {
  ASSERT_TRUE(put("a").ok());
  start_rollout();
  EXPECT_EQ(bench_.state(rollout_, "esp-00"), MemberState::Ready);
  EXPECT_TRUE(says("its new configuration comes first")) << why();
  try_it();
  bench_.silent.insert("esp-00");
  bench_.pass(600);
  EXPECT_EQ(bench_.state(rollout_, "esp-00"), MemberState::Ready) << "away with its configuration, and back in time";
  bench_.silent.clear();
  bench_.report("esp-00", UpdateState::RolledBack, Reason::NoWifi);
  bench_.pass(5);
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->kind, OrderKind::Install);
  bench_.confirm("esp-00");
  bench_.pass(120);
  EXPECT_EQ(bench_.state(rollout_), RolloutState::Completed) << "the configuration was none of its business";
}

TEST_F(Configs, AreNotCancelledAsForeign) {
  ASSERT_TRUE(put("a").ok());
  bench_.accept("esp-00");
  bench_.now.wall_trusted = false;
  bench_.restart();
  bench_.pass(30);
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->kind, OrderKind::UpdateConfig);
  EXPECT_EQ(config().state, ConfigState::Working);
}

TEST_F(Configs, SurviveARestartAtEachStep) {
  ASSERT_TRUE(put("a").ok());
  bench_.restart();
  EXPECT_EQ(bench_.published("esp-00"), 2) << "published again";
  bench_.accept("esp-00");
  for (const auto state : {UpdateState::Downloading, UpdateState::Armed, UpdateState::Trial, UpdateState::Confirmed}) {
    bench_.report("esp-00", state);
    EXPECT_EQ(bench_.ledger.difference(*bench_.fleet), "");
    bench_.restart();
    bench_.pass(30);
    EXPECT_EQ(order() == nullptr, state == UpdateState::Confirmed) << to_string(state);
  }
  EXPECT_EQ(config().state, ConfigState::Confirmed);
  EXPECT_EQ(config().orders, 1U);
}

TEST_F(Configs, ALaterOneReplacesOneThatWasNotAccepted) {
  ASSERT_TRUE(put("a").ok());
  const auto first = order()->attempt;
  ASSERT_TRUE(put("b").ok());
  ASSERT_NE(order(), nullptr);
  EXPECT_NE(order()->attempt, first);
  EXPECT_EQ(order()->sequence, 2U);
  EXPECT_EQ(*bench_.fleet->config_file("esp-00"), digest_of("b"));
  ASSERT_TRUE(put("b").ok()) << "the same again is the same";
  EXPECT_EQ(order()->sequence, 2U);
}

TEST_F(Configs, AreRefusedWhileOneIsUnderWay) {
  ASSERT_TRUE(put("a").ok());
  bench_.accept("esp-00");
  for (const std::string content : {"a", "b"}) {
    const auto refused = put(content);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  }
  EXPECT_EQ(config().sha256, digest_of("a"));
  EXPECT_EQ(withdraw().error().code, ErrorCode::Conflict);
  bench_.report("esp-00", UpdateState::Confirmed);
  EXPECT_TRUE(put("b").ok());
}

TEST_F(Configs, AreRefusedForAnotherKindOfDevice) {
  const auto refused = [&](ConfigSpec given) {
    const auto result = bench_.fleet->check_config(given);
    return result.ok() ? std::string{"taken"} : std::string{to_string(result.error().code)};
  };
  auto other = spec("a");
  other.hardware = "nodemcu";
  EXPECT_EQ(refused(other), "invalid-argument");
  other = spec("a");
  other.product = "lamp";
  EXPECT_EQ(refused(other), "invalid-argument");
  EXPECT_EQ(refused(spec("a", "nobody")), "not-found");
  EXPECT_EQ(refused(spec("a")), "taken");
  EXPECT_FALSE(device().config.has_value()) << "only asked";
}

TEST_F(Configs, AreTakenBackBeforeTheyAreAccepted) {
  EXPECT_EQ(withdraw().error().code, ErrorCode::NotFound);
  ASSERT_TRUE(put("a").ok());
  ASSERT_TRUE(withdraw().ok());
  EXPECT_EQ(order(), nullptr);
  EXPECT_EQ(config().state, ConfigState::Withdrawn);
  EXPECT_EQ(bench_.fleet->config_file("esp-00"), nullptr);
  EXPECT_EQ(withdraw().error().code, ErrorCode::NotFound);
}

TEST_F(Configs, OneTakenBackTooLateIsCancelled) {
  ASSERT_TRUE(put("a").ok());
  const Order sent = *order();
  ASSERT_TRUE(withdraw().ok());
  board().attempt_id = sent.attempt;
  board().last_sequence = sent.sequence;
  bench_.report("esp-00", UpdateState::Downloading);
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->kind, OrderKind::Cancel);
  EXPECT_EQ(order()->attempt, sent.attempt);
  // It was past that: what the device then has is what is shown.
  bench_.report("esp-00", UpdateState::Armed);
  bench_.report("esp-00", UpdateState::Confirmed);
  EXPECT_EQ(order(), nullptr);
  EXPECT_EQ(config().state, ConfigState::Confirmed);
}

TEST_F(Configs, GetNoAnswerFromADeviceThatReportsAndDoesNothing) {
  ASSERT_TRUE(put("a").ok());
  bench_.pass(3500);
  EXPECT_EQ(config().state, ConfigState::Ordered);
  bench_.pass(150);
  EXPECT_EQ(config().state, ConfigState::Unanswered);
  EXPECT_EQ(order(), nullptr);
  EXPECT_EQ(bench_.fleet->config_file("esp-00"), nullptr);
}

TEST_F(Configs, WaitForADeviceThatIsAway) {
  bench_.silent.insert("esp-00");
  bench_.pass(200);
  ASSERT_TRUE(put("a").ok());
  EXPECT_EQ(config().state, ConfigState::Waiting);
  EXPECT_TRUE(says("offline")) << why();
  bench_.silent.clear();
  bench_.pass(60);
  EXPECT_EQ(config().state, ConfigState::Ordered);
  bench_.silent.insert("esp-00");
  bench_.pass(20 * 3600);
  EXPECT_EQ(config().state, ConfigState::Ordered) << "away is not unwilling";
  bench_.silent.clear();
  bench_.pass(60);
  try_it();
  bench_.silent.insert("esp-00");
  bench_.pass(20 * 3600);
  EXPECT_EQ(config().state, ConfigState::Trial);
  ASSERT_NE(order(), nullptr) << "on its trial it must see its order again";
  bench_.silent.clear();
  bench_.report("esp-00", UpdateState::Confirmed);
  EXPECT_EQ(config().state, ConfigState::Confirmed);
}

TEST_F(Configs, AreOrderedAnewWhereTheDeviceForgotThem) {
  ASSERT_TRUE(put("a").ok());
  for (int i = 1; i <= 3; ++i) {
    SCOPED_TRACE(i);
    bench_.pass(5);
    const auto attempt = order()->attempt;
    bench_.accept("esp-00");
    board().attempt_id = 0;
    bench_.report("esp-00", UpdateState::Idle);
    EXPECT_EQ(config().attempt != attempt, i < 3);
  }
  EXPECT_EQ(config().state, ConfigState::Failed) << "three times are enough";
  EXPECT_EQ(order(), nullptr);
}

TEST_F(Configs, ARollbackDuringAnOutageIsTriedAgain) {
  ASSERT_TRUE(put("a").ok());
  try_it();
  bench_.broker_down();
  bench_.broker_up();
  bench_.report("esp-00", UpdateState::RolledBack, Reason::NoBroker);
  bench_.pass(5);
  EXPECT_EQ(config().state, ConfigState::Ordered);
  EXPECT_EQ(config().orders, 2U);
  try_it();
  bench_.report("esp-00", UpdateState::RolledBack, Reason::NoBroker);
  EXPECT_EQ(config().state, ConfigState::RolledBack) << "this time the network was there";
}

TEST_F(Configs, AreNotSentFromABackup) {
  ASSERT_TRUE(put("a").ok());
  board().last_sequence = 50;  // somebody ordered this device more than we know of
  bench_.beat("esp-00");
  EXPECT_EQ(config().state, ConfigState::Withdrawn);
  EXPECT_TRUE(says("older than the device")) << why();
  EXPECT_EQ(order(), nullptr);
}

TEST_F(Configs, OneThatTheDeviceWorksOnGoesOnAboveAnAdoptedSequence) {
  ASSERT_TRUE(put("a").ok());
  bench_.accept("esp-00");
  board().last_sequence = 50;
  bench_.beat("esp-00");
  EXPECT_EQ(config().state, ConfigState::Working);
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->sequence, 51U);
}

TEST_F(Configs, WaitWhileTheDeviceIsQuarantined) {
  ASSERT_TRUE(put("a").ok());
  board().last_sequence = 2 + (1U << 20U);
  bench_.beat("esp-00");
  EXPECT_EQ(order(), nullptr);
  EXPECT_EQ(config().state, ConfigState::Waiting);
  EXPECT_TRUE(says("quarantined")) << why();
  bench_.pass(600);
  EXPECT_EQ(order(), nullptr);
}

TEST_F(Configs, OneAcceptedJustBeforeItWasHeldGetsItsOrderAgain) {
  ASSERT_TRUE(put("a").ok());
  const Order sent = *order();
  board().last_sequence = 2 + (1U << 20U);
  bench_.beat("esp-00");
  ASSERT_EQ(order(), nullptr);
  board().last_sequence = sent.sequence;
  board().attempt_id = sent.attempt;
  bench_.report("esp-00", UpdateState::Downloading);
  EXPECT_EQ(config().state, ConfigState::Working);
  ASSERT_NE(order(), nullptr) << "on its trial it must see its order again";
  EXPECT_EQ(order()->kind, OrderKind::UpdateConfig) << "and it is no foreign attempt";
  EXPECT_EQ(order()->attempt, sent.attempt);
  EXPECT_EQ(config().orders, 1U);
}

TEST_F(Configs, WaitForTheClockAndTheBroker) {
  bench_.now.wall_trusted = false;
  ASSERT_TRUE(put("a").ok());
  EXPECT_EQ(order(), nullptr);
  EXPECT_TRUE(says("clock")) << why();
  bench_.broker_down();
  bench_.now.wall_trusted = true;
  bench_.pass(5);
  EXPECT_EQ(order(), nullptr);
  bench_.broker_up();
  bench_.pass(5);
  EXPECT_NE(order(), nullptr);
}

TEST_F(Configs, EndWhereTheirFileIsGone) {
  ASSERT_TRUE(put("a").ok());
  bench_.call([&](Fleet& f, const Now& n, Effects& o) {
    f.config_unusable(digest_of("a"), "it is missing", n, o);
    return 0;
  });
  EXPECT_EQ(config().state, ConfigState::Failed);
  EXPECT_EQ(order(), nullptr);
  EXPECT_TRUE(says("it is missing")) << why();
}

TEST_F(Configs, AreInTheHistoryWithoutTheirContent) {
  ASSERT_TRUE(put("a").ok());
  EXPECT_TRUE(bench_.has_history("config", std::string{to_hex(digest_of("a")).view().substr(0, 12)}));
  EXPECT_TRUE(bench_.has_history("order", "update-config"));
  try_it();
  bench_.report("esp-00", UpdateState::RolledBack, Reason::NoBroker);
  EXPECT_TRUE(bench_.has_history("config", "rolled-back"));
}

}  // namespace
}  // namespace flotilla::core
