#include "daemon/authority/release.h"

#include <algorithm>
#include <thread>

#include "daemon/authority/bundle_files.h"
#include "daemon/bundle/bundle.h"
#include "daemon/crypto/key_files.h"
#include "daemon/crypto/sha256.h"
#include "tests/fakes/firmware.h"
#include "tests/unit/authority/test_fleet.h"

namespace flotilla::authority {
namespace {

class ReleaseTest : public FleetTest {
 protected:
  ReleaseRequest release(const std::string& version) const {
    ReleaseRequest request;
    request.name = "sensor.bin";
    request.firmware = test::make_bootloader_sector() + image_;
    request.version = version;
    request.hardware = {"d1-mini"};
    request.now = kNow;
    return request;
  }
  SignedRelease sign(const ReleaseRequest& request) const {
    auto authority = open();
    auto made = sign_release(authority, request);
    EXPECT_TRUE(made.ok()) << made.error().message;
    return *made;
  }
  std::uint32_t next_counter() const { return open().next_release_counter(); }

  std::string image_ = test::make_bare_image();
};

TEST_F(ReleaseTest, SaysEverythingAboutTheImage) {
  auto request = release("1.1.0");
  request.hardware = {"esp12", "d1-mini", "esp12"};
  request.counter = 9;
  request.security_floor = 4;
  request.minimum_version = "1.0.0";
  const auto made = sign(request);
  const auto bundle = bundle::parse_bundle(ByteView(made.bundle), "the bundle");
  ASSERT_TRUE(bundle.ok());
  const Manifest& manifest = bundle->manifest;
  EXPECT_EQ(manifest.kind, ManifestKind::Image);
  EXPECT_EQ(manifest.product.view(), "sensor");
  ASSERT_EQ(manifest.hardware.size(), 2U);
  EXPECT_EQ(manifest.hardware[0].view(), "d1-mini");
  EXPECT_EQ(manifest.hardware[1].view(), "esp12");
  EXPECT_EQ(manifest.version.view(), "1.1.0");
  EXPECT_EQ(manifest.minimum_version.view(), "1.0.0");
  EXPECT_EQ(manifest.release_counter, 9U);
  EXPECT_EQ(manifest.security_floor, 4U);
  EXPECT_EQ(manifest.image_size, image_.size());
  EXPECT_EQ(manifest.image_sha256, crypto::sha256(ByteView(image_)));
  EXPECT_EQ(manifest.created_at, kNow);
  EXPECT_EQ(bundle->image.text(), image_);  // the bootloader stays out
  EXPECT_TRUE(made.trusted);
}

TEST_F(ReleaseTest, CounterGrowsWithEachRelease) {
  EXPECT_EQ(sign(release("1.0.0")).manifest.release_counter, 1U);
  EXPECT_EQ(sign(release("1.1.0")).manifest.release_counter, 2U);
  auto jump = release("2.0.0");
  jump.counter = 100;
  EXPECT_EQ(sign(jump).manifest.release_counter, 100U);
  EXPECT_EQ(sign(release("2.0.1")).manifest.release_counter, 101U);
  auto again = release("1.0.1");
  again.counter = 3;  // a fix for an old line
  EXPECT_EQ(sign(again).manifest.release_counter, 3U);
  EXPECT_EQ(next_counter(), 102U);
}

TEST_F(ReleaseTest, NoCounterIsGivenTwice) {
  std::vector<std::uint32_t> taken(40);
  const auto take = [this, &taken](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      auto authority = open();
      const auto counter = authority.take_release_counter(std::nullopt);
      taken[i] = counter.ok() ? *counter : 0;
    }
  };
  std::thread first(take, 0, 20);
  std::thread second(take, 20, 40);
  first.join();
  second.join();
  std::sort(taken.begin(), taken.end());
  for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], i + 1);
}

TEST_F(ReleaseTest, RefusedRequestSpendsNoCounter) {
  std::vector<std::pair<const char*, ReleaseRequest>> rows;
  for (const char* name :
       {"image", "version", "minimum version", "product", "no hardware", "five kinds", "hardware", "unknown key",
        "one key twice", "three keys", "no key", "floor above counter", "counter 0"}) {
    rows.emplace_back(name, release("1.1.0"));
  }
  rows[0].second.firmware = "not firmware";
  rows[1].second.version = "1.1";
  rows[2].second.minimum_version = "old";
  rows[3].second.product = "a b";
  rows[4].second.hardware = {};
  rows[5].second.hardware = {"a", "b", "c", "d", "e"};
  rows[6].second.hardware = {"a b"};
  rows[7].second.keys = {"nobody"};
  rows[8].second.keys = {"release", "release"};
  rows[9].second.keys = {"release", "a", "b"};
  rows[10].second.keys = {};
  rows[11].second.security_floor = 2;
  rows[12].second.counter = 0;
  for (const auto& [name, request] : rows) {
    auto authority = open();
    const auto refused = sign_release(authority, request);
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_FALSE(refused.error().hint.empty()) << name;
    EXPECT_EQ(next_counter(), 1U) << name;
  }
}

TEST_F(ReleaseTest, FurtherKeyDoesNotCountYet) {
  const auto key = make_release_key(open(), "second");
  ASSERT_TRUE(key.ok()) << key.error().message;
  EXPECT_EQ(crypto::to_text(crypto::load_signing_key(key->key)->key_id()), key->id);
  EXPECT_EQ(make_release_key(open(), "second").error().code, ErrorCode::Conflict);
  EXPECT_EQ(make_release_key(open(), "release").error().code, ErrorCode::Conflict);
  EXPECT_EQ(make_release_key(open(), "../ca").error().code, ErrorCode::InvalidArgument);

  auto request = release("1.1.0");
  request.keys = {"second"};
  EXPECT_FALSE(sign(request).trusted);
  request.keys = {"second", "release"};
  const auto both = sign(request);
  EXPECT_TRUE(both.trusted);
  EXPECT_EQ(bundle::parse_bundle(ByteView(both.bundle), "x")->envelope.signatures.size(), 2U);
}

TEST_F(ReleaseTest, BundleOnTheDiskIsJudged) {
  ASSERT_TRUE(make_release_key(open(), "second").ok());
  auto request = release("1.1.0");
  request.keys = {"second"};
  const auto good = dir_.file("good.flotilla");
  const auto bad = dir_.file("bad.flotilla");
  ASSERT_TRUE(write_bundle(good, sign(release("1.1.0")).bundle).ok());
  ASSERT_TRUE(write_bundle(bad, sign(request).bundle).ok());

  const auto accepted = judge_bundle(good, open().trust_file());
  ASSERT_TRUE(accepted.ok()) << accepted.error().message;
  EXPECT_FALSE(accepted->refusal.has_value());
  ASSERT_EQ(accepted->signatures.size(), 1U);
  EXPECT_TRUE(accepted->signatures[0].release_key);

  const auto refused = judge_bundle(bad, open().trust_file());
  ASSERT_TRUE(refused.ok());
  ASSERT_TRUE(refused->refusal.has_value());
  EXPECT_EQ(refused->refusal->code, ErrorCode::Refused);
  EXPECT_FALSE(refused->signatures[0].release_key);

  EXPECT_EQ(judge_bundle(good, good).error().code, ErrorCode::Corrupt);
  EXPECT_EQ(judge_bundle(dir_.file("none"), open().trust_file()).error().code, ErrorCode::NotFound);
  EXPECT_EQ(check_new_bundle(good).error().code, ErrorCode::Conflict);
}

TEST_F(ReleaseTest, AuthorityIsFoundByEitherFolder) {
  EXPECT_TRUE(Authority::open(home() / "authority").ok());
  EXPECT_EQ(Authority::open(home() / "authority")->devices_folder(), open().devices_folder());
  const auto none = Authority::open(dir_.path());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace flotilla::authority
