// Bytes outside the contract, rule by rule: the device refuses what it must not take and passes over what it may.
#include <string>

#include <gtest/gtest.h>

#include "proto/device/codec.h"
#include "proto/host/codec.h"

namespace flotilla {
namespace {

template <typename Message>
bool takes(const std::string& bytes) {
  Message out;
  return device_wire::decode(wire::view(bytes), out);
}

std::string raw(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out.push_back(static_cast<char>(byte));
  return out;
}

const std::string kCancel = raw({8 << 3 | 2, 0});                       // Command.cancel {}
const std::string kRawImage = raw({0x08, 1, 0x10, 1});                  // Manifest.kind, Manifest.encoding
const std::string kKey = raw({2 << 3 | 2, 65}) + std::string(65, 'k');  // TrustStore.root_keys

TEST(Strictness, UnknownFieldsArePassedOverWhateverTheirType) {
  for (const auto& unknown : {raw({0xF8, 0x01, 0x05}), raw({0xFA, 0x01, 0x02, 'a', 'b'}), raw({0xFD, 0x01, 1, 2, 3, 4}),
                              raw({0xF9, 0x01, 1, 2, 3, 4, 5, 6, 7, 8}), raw({0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 0x01})}) {
    EXPECT_TRUE(takes<Command>(unknown + kCancel + unknown));
    EXPECT_TRUE(takes<Manifest>(unknown + kRawImage));
    EXPECT_FALSE(takes<Command>(kCancel + unknown.substr(0, unknown.size() - 1))) << "cut";
  }
  // Within a body, also within one that has no fields of its own.
  EXPECT_TRUE(takes<Command>(raw({8 << 3 | 2, 3, 0xF8, 0x01, 0x05})));
  EXPECT_FALSE(takes<Command>(raw({8 << 3 | 2, 2, 0xF8, 0x01})));
}

TEST(Strictness, GroupsAndTagZeroAreRefused) {
  EXPECT_FALSE(takes<Command>(kCancel + raw({0xFB, 0x01, 0xFC, 0x01})));
  EXPECT_FALSE(takes<Command>(kCancel + raw({0x00, 0x00})));
  EXPECT_FALSE(takes<Command>(kCancel + raw({0x80})));
}

TEST(Strictness, KnownFieldsOfAnotherWireTypeAreRefused) {
  EXPECT_TRUE(takes<Command>(kCancel + raw({2 << 3 | 0, 5})));  // trust_version
  for (const auto& bytes : {raw({2 << 3 | 2, 1, 5}), raw({2 << 3 | 5, 1, 2, 3, 4}), raw({1 << 3 | 0, 5}),
                            raw({7 << 3 | 0, 5}), raw({8 << 3 | 0, 0})}) {
    EXPECT_FALSE(takes<Command>(kCancel + bytes));
  }
  EXPECT_FALSE(takes<Envelope>(raw({1 << 3 | 0, 5})));
  EXPECT_FALSE(takes<Envelope>(raw({2 << 3 | 0, 5})));
}

TEST(Strictness, NumbersBeyondTheirWidthAreRefused) {
  EXPECT_TRUE(takes<Command>(kCancel + raw({2 << 3, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F})));
  EXPECT_FALSE(takes<Command>(kCancel + raw({2 << 3, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F})));
  EXPECT_TRUE(takes<Command>(kCancel + raw({4 << 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01})));
  EXPECT_FALSE(takes<Command>(kCancel + raw({4 << 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x03})));
  EXPECT_TRUE(takes<TrustStore>(raw({3 << 3, 0xFF, 0x01})));   // root_threshold 255
  EXPECT_FALSE(takes<TrustStore>(raw({3 << 3, 0x80, 0x02})));  // 256
}

TEST(Strictness, EnumeratorsOutsideTheContractAreRefused) {
  EXPECT_TRUE(takes<Manifest>(kRawImage));
  EXPECT_TRUE(takes<Manifest>(raw({0x08, 9}) + kRawImage)) << "the last counts";
  for (const auto& bytes : {raw({}), raw({0x08, 1}), raw({0x10, 1}), raw({0x08, 0, 0x10, 1}), raw({0x08, 3, 0x10, 1}),
                            raw({0x08, 1, 0x10, 2}), raw({0x08, 0x81, 0x02, 0x10, 1})}) {
    EXPECT_FALSE(takes<Manifest>(bytes));
  }
}

TEST(Strictness, TextsAndBytesHaveTheirSizes) {
  EXPECT_TRUE(takes<Command>(kCancel + raw({0x0A, 32}) + std::string(32, 'd')));
  EXPECT_FALSE(takes<Command>(kCancel + raw({0x0A, 33}) + std::string(33, 'd')));
  for (const int size : {0, 32}) {  // Manifest.image_sha256
    EXPECT_TRUE(takes<Manifest>(kRawImage + raw({0x52, size}) + std::string(static_cast<std::size_t>(size), 'h')));
  }
  for (const int size : {1, 31, 33}) {
    EXPECT_FALSE(takes<Manifest>(kRawImage + raw({0x52, size}) + std::string(static_cast<std::size_t>(size), 'h')));
  }
}

TEST(Strictness, AnEmptyTextOrDigestTakesTheOneBeforeAway) {
  Manifest manifest;
  const auto bytes =
      kRawImage + raw({0x1A, 3, 'o', 'l', 'd', 0x1A, 0, 0x52, 32}) + std::string(32, 'h') + raw({0x52, 0});
  ASSERT_TRUE(device_wire::decode(wire::view(bytes), manifest));
  EXPECT_TRUE(manifest.product.empty());
  EXPECT_EQ(manifest.product, Name());
  EXPECT_TRUE(manifest.image_sha256.is_zero());
}

TEST(Strictness, ListsHaveWholeItemsAndAnEnd) {
  TrustStore store;
  ASSERT_TRUE(device_wire::decode(wire::view(kKey + kKey + kKey), store));
  EXPECT_EQ(store.root_keys.size(), 3U);
  EXPECT_FALSE(takes<TrustStore>(kKey + kKey + kKey + kKey));
  EXPECT_FALSE(takes<TrustStore>(raw({2 << 3 | 2, 0})));
  EXPECT_FALSE(takes<TrustStore>(raw({2 << 3 | 2, 64}) + std::string(64, 'k')));
  const auto hardware = raw({0x22, 2, 'd', '1'});
  EXPECT_TRUE(takes<Manifest>(kRawImage + hardware + hardware + hardware + hardware));
  EXPECT_FALSE(takes<Manifest>(kRawImage + hardware + hardware + hardware + hardware + hardware));
  // A signature without key id or value.
  EXPECT_FALSE(takes<Envelope>(raw({0x12, 0})));
  EXPECT_FALSE(takes<Envelope>(raw({0x12, 10, 0x0A, 8, 1, 2, 3, 4, 5, 6, 7, 8})));
}

TEST(Strictness, ACommandWithoutABodyIsRefused) {
  EXPECT_FALSE(takes<Command>(""));
  EXPECT_FALSE(takes<Command>(raw({3 << 3, 7})));
  EXPECT_FALSE(takes<Command>(raw({13 << 3 | 2, 0}))) << "the body of a later protocol";
  EXPECT_TRUE(takes<Command>(kCancel));
}

}  // namespace
}  // namespace flotilla
