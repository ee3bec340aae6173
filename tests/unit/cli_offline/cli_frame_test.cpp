#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "tests/unit/cli_offline/run.h"

namespace flotilla::cli {
namespace {

using Arguments = std::vector<std::string>;

TEST(CliFrame, EveryVerbHasHelpWithAnExample) {
  const Arguments verbs[] = {
      {}, {"init"}, {"device", "enroll"}, {"release", "keygen"}, {"release", "sign"}, {"release", "verify"}};
  for (Arguments verb : verbs) {
    verb.emplace_back("--help");
    const auto ran = run(verb);
    EXPECT_EQ(ran.exit_code, kDone) << ran.err;
    EXPECT_NE(ran.out.find("Example"), std::string::npos) << ran.out;
    EXPECT_NE(ran.out.find("  flotilla "), std::string::npos) << ran.out;
    EXPECT_TRUE(ran.err.empty()) << ran.err;
  }
}

TEST(CliFrame, WrongUsageIsTwoAndSaysWhatIsWrong) {
  const Arguments rows[] = {{},
                            {"nonsense"},
                            {"release"},
                            {"release", "nonsense"},
                            {"release", "sign"},
                            {"release", "sign", "x.bin", "--version", "1.0.0"},
                            {"release", "sign", "x.bin", "--version", "1.0.0", "--hardware", "a", "--counter", "many"},
                            {"device", "enroll", "--hardware", "a"},
                            {"init", "--dir", "x"},
                            {"release", "keygen", "x", "-o", "xml"},
                            {"release", "keygen", "x", "--unknown"}};
  for (const auto& row : rows) {
    const auto ran = run(row);
    EXPECT_EQ(ran.exit_code, kUsage) << ::testing::PrintToString(row);
    EXPECT_FALSE(ran.err.empty()) << ::testing::PrintToString(row);
    EXPECT_TRUE(ran.out.empty()) << ran.out;
  }
}

TEST(CliFrame, FailureIsOneAndNamesCauseAndRemedy) {
  const auto table = run({"release", "keygen", "x", "--authority", "/nonexistent"});
  EXPECT_EQ(table.exit_code, kFailed);
  EXPECT_EQ(table.err.rfind("flotilla: there is no authority in /nonexistent\n  ", 0), 0U) << table.err;
  const auto json = run({"release", "keygen", "x", "--authority", "/nonexistent", "-o", "json"});
  EXPECT_EQ(json.exit_code, kFailed);
  const auto body = nlohmann::json::parse(json.err);
  EXPECT_EQ(body.at("error").at("code"), "not-found");
  EXPECT_FALSE(body.at("error").at("hint").get<std::string>().empty());
}

TEST(CliFrame, GlobalOptionsHoldBeforeAndBehindTheVerb) {
  for (const Arguments& arguments :
       {Arguments{"-o", "json", "release", "keygen", "x", "--authority", "/nonexistent"},
        Arguments{"--authority", "/nonexistent", "release", "-o", "json", "keygen", "x"}}) {
    const auto ran = run(arguments);
    EXPECT_EQ(ran.exit_code, kFailed);
    EXPECT_TRUE(nlohmann::json::accept(ran.err)) << ran.err;
  }
}

TEST(CliFrame, GroupsAreShared) {
  CLI::App app;
  CLI::App& first = command_group(app, "release", "signed firmware");
  CLI::App& second = command_group(app, "release", "another text");
  EXPECT_EQ(&first, &second);
  EXPECT_NE(&first, &command_group(app, "device", "boards"));
}

}  // namespace
}  // namespace flotilla::cli
