// The suite must notice what it exists for: each planted fault makes it complain.
#include <gtest/gtest.h>

#include "tests/cuts/cut_harness.h"

namespace flotilla::cuts {
namespace {

using fakes::Plant;

struct Planted {
  const char* name;
  const char* scenario;
  Options options;
  const char* complaint;  // a part of one of them
};

class PlantedFault : public testing::TestWithParam<Planted> {};

TEST_P(PlantedFault, IsFound) {
  const Tally tally = cut_everywhere(scenario(GetParam().scenario), GetParam().options);
  bool found = false;
  for (const auto& complaint : tally.complaints) {
    std::printf("%s\n", complaint.c_str());
    found = found || complaint.find(GetParam().complaint) != std::string::npos;
  }
  EXPECT_TRUE(found) << "nobody complained: " << GetParam().complaint;
}

// clang-format off
const Planted kPlanted[] = {
    // Armed, and the confirmation, take effect before they are in the journal.
    {"EffectBeforeTheRecord",  "seeded, idle",            {.plant = Plant::LateJournal}, "runs without a trial"},
    {"HeaderFirstInCompaction", "foreign records",        {.plant = Plant::HeaderFirst}, ""},
    {"JournalWithoutCrc",      "after an update",         {.plant = Plant::NoCrc},       ""},
    {"BootPathThatForgets",    "seeded, idle",            {.forgetful_boot = true},      "bricked"},
    {"SlotsThatOverlap",       "self-test fails",         {.overlapping_slots = true},   ""},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault, testing::ValuesIn(kPlanted),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace flotilla::cuts
