#include "common/version.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

Version parsed(std::string_view text) {
  Version version;
  EXPECT_TRUE(Version::parse(text, version)) << text;
  return version;
}

TEST(Version, TakesItsParts) {
  const auto version = parsed("1.20.3-rc.1+build.5");
  EXPECT_EQ(version.major(), 1U);
  EXPECT_EQ(version.minor(), 20U);
  EXPECT_EQ(version.patch(), 3U);
  EXPECT_EQ(version.prerelease(), "rc.1");
  EXPECT_EQ(version.text(), "1.20.3-rc.1+build.5");
}

TEST(Version, RefusesWhatIsNoSemanticVersion) {
  for (const auto* text : {"",         "1",          "1.2",
                           "1.2.",     "1.2.3.4",    "01.2.3",
                           "1.02.3",   "1.2.03",     "v1.2.3",
                           "1.2.3-",   "1.2.3-a..b", "1.2.3-a.",
                           "1.2.3-01", "1.2.3+",     "1.2.3+a..b",
                           "1.2.3 ",   "1.2.x",      "1.2.4294967296",
                           "-1.2.3",   "1.2.3-ä",    "1.2.3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    Version version;
    EXPECT_FALSE(Version::parse(text, version)) << text;
    EXPECT_EQ(version.text(), "0.0.0") << text;
  }
}

// semver.org, item 11, with numbers beyond 32 bits in the pre-release.
TEST(Version, PrecedenceIsThatOfTheSpecification) {
  const std::vector<std::string> ascending = {"0.0.1",
                                              "0.1.0",
                                              "1.0.0-alpha",
                                              "1.0.0-alpha.1",
                                              "1.0.0-alpha.beta",
                                              "1.0.0-beta",
                                              "1.0.0-beta.2",
                                              "1.0.0-beta.11",
                                              "1.0.0-rc.1",
                                              "1.0.0",
                                              "1.0.1",
                                              "1.2.0",
                                              "1.10.0",
                                              "2.0.0-1",
                                              "2.0.0-2",
                                              "2.0.0-10",
                                              "2.0.0-99999999999999",
                                              "2.0.0-a",
                                              "2.0.0",
                                              "10.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      const int expected = i < j ? -1 : (i > j ? 1 : 0);
      EXPECT_EQ(compare(parsed(ascending[i]), parsed(ascending[j])), expected) << ascending[i] << " " << ascending[j];
    }
  }
}

TEST(Version, BuildMetadataCarriesNoPrecedence) {
  EXPECT_EQ(compare(parsed("1.0.0+a"), parsed("1.0.0+b")), 0);
  EXPECT_EQ(compare(parsed("1.0.0-rc.1+a"), parsed("1.0.0-rc.1")), 0);
}

}  // namespace
}  // namespace flotilla
