#include "daemon/service/outbox.h"

#include <gtest/gtest.h>

namespace flotilla::service {
namespace {

using Devices = std::vector<std::string>;

TEST(Outbox, IsDueUntilSentAndThereUntilAcknowledged) {
  Outbox outbox;
  outbox.reset({"b", "a"});
  EXPECT_EQ(outbox.due(0), (Devices{"a", "b"}));
  const auto token = outbox.sent("a");
  EXPECT_EQ(outbox.due(0), Devices{"b"});
  EXPECT_TRUE(outbox.waits_for_acknowledgement());
  EXPECT_TRUE(outbox.acknowledged("a", token));
  EXPECT_EQ(outbox.size(), 1U);
  EXPECT_FALSE(outbox.waits_for_acknowledgement());
}

TEST(Outbox, ANewerCommandIsNotRemovedByAnOlderToken) {
  Outbox outbox;
  outbox.add("a");
  const auto old = outbox.sent("a");
  outbox.add("a");
  EXPECT_FALSE(outbox.acknowledged("a", old)) << "not yet sent";
  const auto fresh = outbox.sent("a");
  EXPECT_FALSE(outbox.acknowledged("a", old)) << "sent";
  EXPECT_FALSE(outbox.failed("a", old, 0));
  EXPECT_FALSE(outbox.acknowledged("b", fresh));
  EXPECT_FALSE(outbox.acknowledged("a", 0));
  EXPECT_TRUE(outbox.acknowledged("a", fresh));
}

TEST(Outbox, TokensOfBeforeAReloadFitNothing) {
  Outbox outbox;
  outbox.add("a");
  const auto old = outbox.sent("a");
  outbox.reset({"a"});
  EXPECT_NE(outbox.sent("a"), old);
  EXPECT_FALSE(outbox.acknowledged("a", old));
}

TEST(Outbox, WaitsBeforeItTriesAgain) {
  Outbox outbox;
  outbox.add("a");
  EXPECT_TRUE(outbox.failed("a", outbox.sent("a"), 1000));
  EXPECT_TRUE(outbox.due(999).empty());
  EXPECT_EQ(outbox.due(1000), Devices{"a"});
  outbox.retry_at("a", 5000);
  outbox.resend_all();
  EXPECT_EQ(outbox.due(0), Devices{"a"}) << "a new connection, a new try";
}

}  // namespace
}  // namespace flotilla::service
