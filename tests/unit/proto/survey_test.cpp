// The check of a Provisioning message that lies in flash, against what the host writes and what the device would decode.
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "proto/device/codec.h"
#include "proto/host/codec.h"

namespace flotilla {
namespace {

using device_wire::ProvisioningSurvey;
using device_wire::Span;

// Bytes that are read as flash is: piece by piece, and nothing beyond their end.
class Source final : public ByteSource {
 public:
  explicit Source(std::string bytes) : bytes_(std::move(bytes)) {}

  bool read(std::uint32_t offset, std::uint8_t* out, std::size_t size) override {
    largest_ = std::max(largest_, size);
    if (offset > bytes_.size() || size > bytes_.size() - offset) return false;
    if (offset <= bad_ && bad_ - offset < size) return false;
    std::memcpy(out, bytes_.data() + offset, size);
    return true;
  }
  void fail_at(std::uint32_t offset) { bad_ = offset; }
  [[nodiscard]] std::size_t largest() const { return largest_; }
  [[nodiscard]] std::string at(Span span) const { return bytes_.substr(span.offset, span.size); }

 private:
  std::string bytes_;
  std::uint32_t bad_ = UINT32_MAX;
  std::size_t largest_ = 0;
};

bool surveyed(const std::string& bytes, ProvisioningSurvey& out) {
  Source source(bytes);
  return device_wire::survey(source, static_cast<std::uint32_t>(bytes.size()), out);
}
bool is_good(const std::string& bytes) {
  ProvisioningSurvey ignored;
  return surveyed(bytes, ignored);
}

struct Sample {
  std::string certificate = std::string(900, 'c');
  std::string ca = std::string(700, 'a');
  std::string trust = std::string(500, 't');
  Provisioning value;

  Sample() {
    value.device_id = DeviceId("roof-1");
    value.product = Name("sensor");
    value.hardware = Name("d1-mini");
    value.wifi_ssid.assign_cut(std::string(32, 's'));
    value.wifi_password.assign_cut(std::string(63, 'p'));
    value.device_key.fill(7);
    value.device_certificate = ByteView(std::string_view(certificate));
    value.ca_certificate = ByteView(std::string_view(ca));
    value.signed_trust_store = ByteView(std::string_view(trust));
    value.broker_name.assign_cut("flotilla.local");
    for (int i = 0; i < 4; ++i) (void)value.addresses.push_back(FixedString<63>(std::string(63, 'h')));
    value.mqtt_port = 8883;
    value.https_port = 8443;
    value.ntp_host.assign_cut("ntp.local");
    value.provisioned_at = 1'790'000'000'000;
    value.heartbeat_seconds = 60;
  }
};

std::string field(char tag, const std::string& content) {
  std::string bytes(1, static_cast<char>(tag << 3 | 2));
  for (std::size_t left = content.size();; left >>= 7) {
    bytes.push_back(static_cast<char>((left & 127) | (left > 127 ? 128 : 0)));
    if (left <= 127) break;
  }
  return bytes + content;
}

TEST(Survey, FindsWhatTheHostWrote) {
  const Sample sample;
  Source source(wire::encode(sample.value));
  ProvisioningSurvey found;
  ASSERT_TRUE(device_wire::survey(source, static_cast<std::uint32_t>(wire::encode(sample.value).size()), found));
  EXPECT_EQ(found.device_id, sample.value.device_id);
  EXPECT_EQ(found.product, sample.value.product);
  EXPECT_EQ(found.hardware, sample.value.hardware);
  EXPECT_EQ(source.at(found.device_key), std::string(32, 7));
  EXPECT_EQ(source.at(found.device_certificate), sample.certificate);
  EXPECT_EQ(source.at(found.ca_certificate), sample.ca);
  EXPECT_EQ(source.at(found.signed_trust_store), sample.trust);
  EXPECT_EQ(found.addresses, 4U);
  EXPECT_EQ(found.mqtt_port, 8883U);
  EXPECT_EQ(found.https_port, 8443U);
  EXPECT_EQ(found.provisioned_at, 1'790'000'000'000U);
  EXPECT_EQ(found.heartbeat_seconds, 60U);
  EXPECT_LE(source.largest(), 64U) << "it is there because the message does not fit into RAM";
}

TEST(Survey, SaysWhatIsAbsent) {
  ProvisioningSurvey found;
  ASSERT_TRUE(surveyed(field(1, "roof-1"), found));
  EXPECT_EQ(found.device_id.view(), "roof-1");
  EXPECT_EQ(found.device_key.size, 0U);
  EXPECT_EQ(found.ca_certificate.size, 0U);
  EXPECT_EQ(found.signed_trust_store.size, 0U);
  EXPECT_EQ(found.addresses, 0U);
}

TEST(Survey, OfARepeatedFieldTheLastCounts) {
  const auto bytes = field(8, "first") + field(1, "a-longer-id") + field(8, "second") + field(1, "b");
  Source source(bytes);
  ProvisioningSurvey found;
  ASSERT_TRUE(device_wire::survey(source, static_cast<std::uint32_t>(bytes.size()), found));
  EXPECT_EQ(source.at(found.ca_certificate), "second");
  EXPECT_EQ(found.device_id.view(), "b");
  EXPECT_EQ(found.device_id, DeviceId("b"));
}

TEST(Survey, HoldsEveryFieldAgainstItsCapacity) {
  struct Case {
    char tag;
    std::size_t longest;
  };
  for (const auto& [tag, longest] :
       {Case{1, 32}, Case{2, 24}, Case{3, 24}, Case{4, 32}, Case{5, 63}, Case{10, 63}, Case{11, 63}, Case{14, 63}}) {
    EXPECT_TRUE(is_good(field(tag, std::string(longest, 'x')))) << int{tag};
    EXPECT_FALSE(is_good(field(tag, std::string(longest + 1, 'x')))) << int{tag};
  }
  EXPECT_TRUE(is_good(field(6, std::string(32, 'k'))));
  EXPECT_TRUE(is_good(field(6, "")));
  for (const std::size_t size : {1U, 31U, 33U, 64U}) EXPECT_FALSE(is_good(field(6, std::string(size, 'k')))) << size;
  const auto address = field(11, "host");
  EXPECT_TRUE(is_good(address + address + address + address));
  EXPECT_FALSE(is_good(address + address + address + address + address));
  EXPECT_FALSE(is_good("\x60\x80\x80\x80\x80\x10")) << "a port above 32 bits";
  EXPECT_FALSE(
      is_good("\x0d"
              "1234"))
      << "a number where the device id belongs";
  EXPECT_FALSE(
      is_good("\x62\x01"
              "1"))
      << "a text where the port belongs";
}

TEST(Survey, IsNoMoreThanTheSourceHolds) {
  const auto bytes = wire::encode(Sample().value);
  ProvisioningSurvey ignored;
  for (std::uint32_t bad = 0; bad < bytes.size(); ++bad) {
    Source source(bytes);
    source.fail_at(bad);
    EXPECT_FALSE(device_wire::survey(source, static_cast<std::uint32_t>(bytes.size()), ignored)) << bad;
  }
  Source shorter(bytes.substr(0, bytes.size() - 1));
  EXPECT_FALSE(device_wire::survey(shorter, static_cast<std::uint32_t>(bytes.size()), ignored));
}

// Whatever the bytes are: the survey takes exactly what decode() takes in RAM, and finds the same.
TEST(Survey, AgreesWithTheDecoderOnHostileBytes) {
  const Sample sample;
  const auto good = wire::encode(sample.value);
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (auto times = random() % 3 + 1; times > 0; --times) {
      const auto at = random() % bytes.size();
      switch (random() % 4) {
        case 0: bytes[at] = static_cast<char>(random()); break;
        case 1: bytes.resize(at + 1); break;
        case 2: bytes.insert(at, 1, static_cast<char>(random())); break;
        default: bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8); break;
      }
    }
    Provisioning decoded;
    const bool expected = device_wire::decode(wire::view(bytes), decoded);
    Source source(bytes);
    ProvisioningSurvey found;
    ASSERT_EQ(device_wire::survey(source, static_cast<std::uint32_t>(bytes.size()), found), expected) << round;
    if (!expected) {
      ++refused;
      continue;
    }
    ASSERT_EQ(found.device_id, decoded.device_id);
    ASSERT_EQ(source.at(found.ca_certificate), decoded.ca_certificate.text());
    ASSERT_EQ(found.addresses, decoded.addresses.size());
    ASSERT_EQ(found.heartbeat_seconds, decoded.heartbeat_seconds);
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 19'000);
}

}  // namespace
}  // namespace flotilla
