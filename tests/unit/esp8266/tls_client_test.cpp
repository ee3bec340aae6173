#include "firmware-esp/src/esp8266/tls_client.h"

#include <gtest/gtest.h>

#include "tests/unit/esp8266/network_rig.h"

namespace flotilla {
namespace {

using Outcome = TlsClient::Outcome;

TEST(TlsClient, DemandsTheServersNameWhateverTheAddress) {
  NetworkRig rig;
  rig.time.raise_floor(1'800'000'000'000);
  EXPECT_EQ(rig.tls.open(), Outcome::Open);
  EXPECT_EQ(rig.core.demanded_name, "pi.fleet");
  EXPECT_EQ(rig.core.x509_time, 1'800'000'000'000);
  EXPECT_TRUE(rig.core.session_given);
  EXPECT_EQ(rig.core.fastest_mhz, 160U);
  EXPECT_EQ(rig.core.cpu_mhz, 80U);
}

TEST(TlsClient, TriesTheAddressesInTurnAndKeepsTheGoodOne) {
  NetworkRig rig;
  rig.core.hosts = {{"pi.lan", true}};
  EXPECT_EQ(rig.tls.open(), Outcome::NextAddress);
  EXPECT_EQ(rig.tls.open(), Outcome::Open);
  EXPECT_EQ(rig.tls.open(), Outcome::Open);
  EXPECT_EQ(rig.core.tried, (std::vector<std::string>{"10.0.0.1", "pi.lan", "pi.lan"}));
}

TEST(TlsClient, IsUnreachableAfterTheLastAddress) {
  NetworkRig rig;
  rig.core.hosts.clear();
  EXPECT_EQ(rig.tls.open(), Outcome::NextAddress);
  EXPECT_EQ(rig.tls.open(), Outcome::Unreachable);
  EXPECT_EQ(rig.tls.open(), Outcome::NextAddress);
}

TEST(TlsClient, MeetsAServerWithoutSmallFragmentsWithLargeBuffers) {
  NetworkRig rig;
  EXPECT_EQ(rig.tls.open(), Outcome::Open);
  EXPECT_EQ(rig.core.input_buffer, 1024);
  EXPECT_FALSE(rig.tls.wants_much_heap());
  rig.core.fragments_granted = false;
  EXPECT_EQ(rig.tls.open(), Outcome::Open);
  EXPECT_TRUE(rig.tls.wants_much_heap());
  EXPECT_EQ(rig.tls.open(), Outcome::Open);
  EXPECT_EQ(rig.core.input_buffer, 16384);
}

TEST(TlsClient, ATooLargeRecordInTheHandshakeSaysTheSame) {
  NetworkRig rig;
  rig.core.handshake_works = false;
  rig.core.handshake_error = BR_ERR_X509_EXPIRED;
  EXPECT_EQ(rig.tls.open(), Outcome::Refused);
  EXPECT_FALSE(rig.tls.wants_much_heap());
  rig.core.handshake_error = BR_ERR_TOO_LARGE;
  EXPECT_EQ(rig.tls.open(), Outcome::Refused);
  EXPECT_TRUE(rig.tls.wants_much_heap());
}

TEST(TlsClient, BeginsNothingThatTheHeapCannotHold) {
  NetworkRig rig;
  rig.core.free_heap = 9'000;
  EXPECT_EQ(rig.tls.open(), Outcome::Refused);
  EXPECT_EQ(rig.core.demanded_name, "");
}

TEST(TlsClient, BeginsNothingInAHeapOfCrumbs) {
  NetworkRig rig;
  rig.core.largest_block = 4'000;
  EXPECT_EQ(rig.tls.open(), Outcome::Refused);
  EXPECT_EQ(rig.core.demanded_name, "");
}

// One record of a stranger is enough to make it believe that full-size buffers are needed, for which there is no room.
TEST(TlsClient, WhereFullSizeBuffersDoNotFitSmallOnesAreTriedAgain) {
  NetworkRig rig;
  rig.core.free_heap = 20'000;
  rig.core.handshake_works = false;
  rig.core.handshake_error = BR_ERR_TOO_LARGE;
  EXPECT_EQ(rig.tls.open(), Outcome::Refused);
  ASSERT_TRUE(rig.tls.wants_much_heap());
  rig.core.handshake_works = true;
  EXPECT_EQ(rig.tls.open(), Outcome::Refused);
  EXPECT_EQ(rig.tls.open(), Outcome::Open);
  EXPECT_EQ(rig.core.input_buffer, 1024);
}

TEST(TlsClient, TalksToNobodyWhoseNameItDoesNotKnow) {
  NetworkRig rig;
  rig.servers.name = {};
  EXPECT_EQ(rig.tls.open(), Outcome::Refused);
  EXPECT_TRUE(rig.core.tried.empty());
}

}  // namespace
}  // namespace flotilla
