#include "common/update_state.h"

#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

TEST(UpdateState, TheTableHasOneRowAPair) {
  std::size_t count = 0;
  const auto* rows = update_transitions(count);
  std::set<std::pair<UpdateState, UpdateEvent>> seen;
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(seen.insert({rows[i].from, rows[i].event}).second)
        << to_string(rows[i].from) << " " << to_string(rows[i].event);
    EXPECT_EQ(next(rows[i].from, rows[i].event), rows[i].to);
  }
  EXPECT_EQ(seen.size(), count);
}

TEST(UpdateState, AnUpdateTakesItsWay) {
  auto state = UpdateState::Idle;
  for (const auto event : {UpdateEvent::Accept, UpdateEvent::StartDownload, UpdateEvent::ImageVerified,
                           UpdateEvent::Arm, UpdateEvent::BootNew, UpdateEvent::Confirm}) {
    const auto after = next(state, event);
    ASSERT_TRUE(after.has_value()) << to_string(state) << " " << to_string(event);
    state = *after;
  }
  EXPECT_EQ(state, UpdateState::Confirmed);
}

TEST(UpdateState, WhatMustNotHappenHasNoRow) {
  EXPECT_FALSE(next(UpdateState::Downloading, UpdateEvent::Arm));  // only verified bytes are armed
  EXPECT_FALSE(next(UpdateState::Armed, UpdateEvent::Accept));     // the boot path has its order already
  EXPECT_FALSE(next(UpdateState::Trial, UpdateEvent::Accept));
  EXPECT_FALSE(next(UpdateState::Armed, UpdateEvent::Confirm));
  EXPECT_FALSE(next(UpdateState::Confirmed, UpdateEvent::GoBack));
  EXPECT_FALSE(next(UpdateState::RolledBack, UpdateEvent::Confirm));
}

TEST(UpdateState, NumbersComeBack) {
  for (std::uint32_t number = 0; number <= 8; ++number) {
    UpdateState state{};
    ASSERT_TRUE(update_state_from_number(number, state));
    EXPECT_EQ(static_cast<std::uint32_t>(state), number);
    EXPECT_FALSE(to_string(state).empty());
  }
  UpdateState state = UpdateState::Trial;
  EXPECT_FALSE(update_state_from_number(9, state));
  EXPECT_EQ(state, UpdateState::Trial);
}

TEST(UpdateState, ActiveIsBetweenAcceptedAndTrial) {
  EXPECT_FALSE(is_active(UpdateState::Idle));
  EXPECT_TRUE(is_active(UpdateState::Accepted));
  EXPECT_TRUE(is_active(UpdateState::Trial));
  EXPECT_FALSE(is_active(UpdateState::Confirmed));
  EXPECT_FALSE(is_active(UpdateState::RolledBack));
  EXPECT_FALSE(is_active(UpdateState::Failed));
}

}  // namespace
}  // namespace flotilla
