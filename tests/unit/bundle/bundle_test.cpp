#include "daemon/bundle/bundle.h"

#include <random>

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "daemon/crypto/envelope.h"
#include "daemon/crypto/sha256.h"
#include "proto/host/codec.h"
#include "tests/fakes/firmware.h"

namespace flotilla::bundle {
namespace {

using crypto::SigningKey;

class BundleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    manifest_.product = Name("sensor");
    ASSERT_TRUE(manifest_.hardware.push_back(Name("d1-mini")));
    manifest_.version = VersionText("1.1.0");
    manifest_.release_counter = 7;
    manifest_.image_size = static_cast<std::uint32_t>(image_.size());
    manifest_.image_sha256 = crypto::sha256(ByteView(image_));
    manifest_.created_at = 1700000000;
  }

  std::string bundle_by(const std::vector<SigningKey>& keys) const {
    const auto envelope = crypto::sign_envelope(Role::Manifest, wire::view(wire::encode(manifest_)), keys);
    return make_bundle(wire::view(envelope), ByteView(image_));
  }
  std::string good() const { return bundle_by({key_}); }

  static std::string why(const std::string& bytes) {
    const auto bundle = parse_bundle(ByteView(bytes), "x.flotilla");
    if (bundle.ok()) return "parsed";
    EXPECT_EQ(bundle.error().code, ErrorCode::Corrupt);
    EXPECT_EQ(bundle.error().message.rfind("x.flotilla ", 0) == 0 ||
                  bundle.error().message.rfind("the image in x.flotilla ", 0) == 0,
              true)
        << bundle.error().message;
    EXPECT_FALSE(bundle.error().hint.empty());
    return bundle.error().message;
  }
  // The good bundle with a u32 of its header changed.
  std::string with_u32(std::size_t offset, std::uint32_t value) const {
    std::string bytes = good();
    for (std::size_t i = 0; i < 4; ++i) bytes[offset + i] = static_cast<char>(value >> (8 * i) & 0xFF);
    return bytes;
  }
  TrustStore trust_in(const std::vector<SigningKey>& keys, std::uint8_t threshold) const {
    TrustStore store;
    store.version = 1;
    for (const auto& key : keys) EXPECT_TRUE(store.release_keys.push_back(key.public_key()));
    store.release_threshold = threshold;
    return store;
  }

  std::string image_ = test::make_bare_image(3000);
  SigningKey key_ = SigningKey::generate();
  Manifest manifest_;
};

TEST_F(BundleTest, HasTheDocumentedBytes) {
  const std::string envelope(190, 'm');
  const std::string image(420000, 'i');
  const std::string bytes = make_bundle(ByteView(envelope), ByteView(image));
  EXPECT_EQ(bytes.substr(0, kHeaderSize), std::string("FLOTILLA\x01\x00\x00\x00\xbe\x00\x00\x00\xa0\x68\x06\x00", 20));
  EXPECT_EQ(bytes.substr(kHeaderSize), envelope + image);
}

TEST_F(BundleTest, ParsesWhatWasMade) {
  const std::string bytes = good();
  const auto bundle = parse_bundle(ByteView(bytes), "x.flotilla");
  ASSERT_TRUE(bundle.ok()) << bundle.error().message;
  EXPECT_EQ(bundle->image.text(), image_);
  EXPECT_EQ(bundle->manifest.version.view(), "1.1.0");
  EXPECT_EQ(bundle->manifest.release_counter, 7U);
  EXPECT_EQ(bundle->envelope.signatures.size(), 1U);
}

TEST_F(BundleTest, EveryTruncationIsNamed) {
  const std::string bytes = good();
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const std::string reason = why(bytes.substr(0, size));
    EXPECT_NE(reason.find(size < 8 ? "ends inside its header" : "is truncated"), std::string::npos) << size << reason;
  }
  EXPECT_EQ(why(""), "x.flotilla is not a bundle");
}

TEST_F(BundleTest, SaysWhatIsDamaged) {
  std::string format = good();
  format[8] = 2;
  std::string reserved = good();
  reserved[11] = 1;
  std::string image = good();
  image.back() = static_cast<char>(image.back() ^ 1);
  EXPECT_EQ(why("not a bundle, but as long as a header"), "x.flotilla is not a bundle");
  EXPECT_EQ(why(format), "x.flotilla has format 2, only 1 is known here");
  EXPECT_EQ(why(reserved), "x.flotilla is damaged: its reserved bytes are not zero");
  EXPECT_EQ(why(good() + "!"), "x.flotilla has 1 bytes behind its end");
  EXPECT_EQ(why(image), "x.flotilla was changed: the image's SHA-256 is not the one in its manifest");
}

TEST_F(BundleTest, HostileLengthsAreRefused) {
  for (const std::size_t offset : {12U, 16U}) {
    for (const std::uint32_t length : {0U, 0x00FFFFFFU, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFEBU, 0xFFFFFFFFU}) {
      EXPECT_NE(why(with_u32(offset, length)).find("cannot be"), std::string::npos) << offset << " " << length;
    }
  }
  // Lengths that shift the border between manifest and image, the sum unchanged.
  const auto manifest = static_cast<std::uint32_t>(good().size() - kHeaderSize - image_.size());
  std::string shifted = with_u32(12, manifest + 1);
  shifted.replace(16, 4, with_u32(16, static_cast<std::uint32_t>(image_.size() - 1)).substr(16, 4));
  EXPECT_NE(why(shifted), "parsed");
}

TEST_F(BundleTest, ManifestMustFitTheImage) {
  manifest_.image_size += 16;
  EXPECT_NE(why(good()).find("its manifest is about one of"), std::string::npos);
}

TEST_F(BundleTest, ImageMustBeOne) {
  image_ = std::string(64, 'n');
  SetUp();  // its digest is right
  EXPECT_NE(why(good()).find("0xE9"), std::string::npos);
}

TEST_F(BundleTest, VersionMustBeSemantic) {
  manifest_.version = VersionText("1.1");
  EXPECT_NE(why(good()).find("not a semantic version"), std::string::npos);
}

TEST_F(BundleTest, AnyChangedBitIsFound) {
  const auto trust = trust_in({key_}, 1);
  const std::string bytes = good();
  std::mt19937 random(4711);
  for (int i = 0; i < 3000; ++i) {
    std::string changed = bytes;
    const std::size_t at = i < 300 ? static_cast<std::size_t>(i) : random() % bytes.size();
    changed[at] = static_cast<char>(changed[at] ^ (1U << (random() % 8)));
    const auto bundle = parse_bundle(ByteView(changed), "x.flotilla");
    EXPECT_FALSE(bundle.ok() && verify_bundle(*bundle, trust, "x.flotilla").ok()) << "byte " << at;
  }
}

TEST_F(BundleTest, SignaturesAreJudgedByTheTrustStore) {
  const auto second = SigningKey::generate();
  const auto stranger = SigningKey::generate();
  struct Row {
    const char* name;
    std::string bytes;
    TrustStore trust;
    bool accepted;
  };
  const Row rows[] = {
      {"one of one", bundle_by({key_}), trust_in({key_}, 1), true},
      {"the second of two", bundle_by({second}), trust_in({key_, second}, 1), true},
      {"two of two", bundle_by({second, key_}), trust_in({key_, second}, 2), true},
      {"one of two needed", bundle_by({key_}), trust_in({key_, second}, 2), false},
      {"one key twice", bundle_by({key_, key_}), trust_in({key_, second}, 2), false},
      {"another key", bundle_by({stranger}), trust_in({key_}, 1), false},
      {"beside another key", bundle_by({stranger, key_}), trust_in({key_}, 1), true},
      {"nobody", bundle_by({}), trust_in({key_}, 1), false},
  };
  for (const auto& row : rows) {
    const auto bundle = parse_bundle(ByteView(row.bytes), "x.flotilla");
    ASSERT_TRUE(bundle.ok()) << row.name << bundle.error().message;
    const auto verified = verify_bundle(*bundle, row.trust, "x.flotilla");
    EXPECT_EQ(verified.ok(), row.accepted) << row.name;
    if (!verified.ok()) {
      EXPECT_EQ(verified.error().code, ErrorCode::Refused) << row.name;
      EXPECT_NE(verified.error().message.find("not signed by enough"), std::string::npos) << row.name;
    }
  }
}

}  // namespace
}  // namespace flotilla::bundle
