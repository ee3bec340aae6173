// The operator reads a sentence, whether the device sent one or only a number.
#include <gtest/gtest.h>

#include "daemon/core/names.h"

namespace flotilla::core {
namespace {

std::string sentence(Reason reason, std::string_view text) {
  Heartbeat report;
  report.error = reason;
  report.error_text.assign_cut(text);
  return error_sentence(report);
}

TEST(ErrorSentence, SaysWhatTheNumberMeans) {
  EXPECT_EQ(sentence(Reason::SelfTest, ""), "the application's self-test failed");
  EXPECT_EQ(sentence(Reason::None, ""), "");
}

TEST(ErrorSentence, AddsWhatTheDeviceAdded) {
  EXPECT_EQ(sentence(Reason::DownloadRefused, "HTTP 404"), "the image server kept refusing the download (HTTP 404)");
  EXPECT_EQ(sentence(Reason::None, "sensor not found"), "sensor not found");
}

TEST(ErrorSentence, DoesNotRepeatItself) {
  EXPECT_EQ(sentence(Reason::SelfTest, explain(Reason::SelfTest)), explain(Reason::SelfTest));
  ASSERT_GT(explain(Reason::ConfigRejected).size(), kMaxErrorText);
  EXPECT_EQ(sentence(Reason::ConfigRejected, explain(Reason::ConfigRejected)), explain(Reason::ConfigRejected));
}

}  // namespace
}  // namespace flotilla::core
