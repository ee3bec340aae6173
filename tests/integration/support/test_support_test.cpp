// The helpers of the integration tests, against the programs they start.
#include <gtest/gtest.h>

#include "tests/support/certs.h"
#include "tests/support/mosquitto.h"
#include "tests/support/process.h"

namespace flotilla::test {
namespace {

TEST(Process, ReportsExitCodesAndSignals) {
  EXPECT_EQ(run_command({"sh", "-c", "echo out; echo err >&2; exit 3"}).exit_code, 3);
  EXPECT_EQ(run_command({"sh", "-c", "echo out; echo err >&2"}).output, "out\nerr\n");
  EXPECT_EQ(run_command({"/nowhere/program"}).exit_code, 127);
  Process sleeper({"sleep", "1000"});
  EXPECT_TRUE(sleeper.running());
  EXPECT_EQ(sleeper.end(SIGTERM), 128 + SIGTERM);
  EXPECT_FALSE(sleeper.running());
  EXPECT_EQ(run_command({"sleep", "1000"}, std::chrono::milliseconds(20)).exit_code, 128 + SIGKILL);
}

TEST(TestAuthority, IssuesAndRevokes) {
  TestAuthority authority;
  const CertFiles good = authority.issue_client("esp-1");
  const CertFiles lost = authority.issue_client("esp-2");
  authority.revoke(lost);
  const auto verify = [&](const CertFiles& files) {
    return run_command(
        {"openssl", "verify", "-crl_check", "-CAfile", authority.ca(), "-CRLfile", authority.crl(), files.certificate});
  };
  EXPECT_EQ(verify(good).exit_code, 0) << verify(good).output;
  EXPECT_NE(verify(lost).output.find("certificate revoked"), std::string::npos) << verify(lost).output;
}

TEST(Mosquitto, ComesBackOnItsPort) {
  TestAuthority authority;
  Mosquitto broker(authority);
  broker.start();
  EXPECT_TRUE(port_answers(broker.port()));
  broker.stop(SIGKILL);
  EXPECT_FALSE(port_answers(broker.port()));
  broker.start();
  EXPECT_TRUE(port_answers(broker.port()));
}

}  // namespace
}  // namespace flotilla::test
