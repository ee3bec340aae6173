#include "daemon/authority/grammar.h"

#include <gtest/gtest.h>

namespace flotilla::authority {
namespace {

const std::string k32(32, 'a');
const std::string k33(33, 'a');
const std::string k63 = std::string(59, 'a') + ".com";
const std::string k64 = std::string(60, 'a') + ".com";

TEST(Grammar, Ids) {
  for (const std::string& good : {std::string("a"), std::string("esp-01"), std::string("0"), k32}) {
    EXPECT_TRUE(check_id(good, "the device id").ok()) << good;
  }
  for (const std::string& bad : {std::string(), k33, std::string("-a"), std::string("Kitchen"), std::string("a_b"),
                                 std::string("_flotillad"), std::string("a.b"), std::string("a/b"), std::string("+"),
                                 std::string("#"), std::string(".."), std::string("a\n"), std::string("\xc3\xa4")}) {
    const auto refused = check_id(bad, "the device id");
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_NE(refused.error().hint.find("[a-z0-9][a-z0-9-]{0,31}"), std::string::npos);
  }
}

TEST(Grammar, Names) {
  for (const char* good : {"sensor", "D1-mini_v1.2", "a", "123456789012345678901234"}) {
    EXPECT_TRUE(check_name(good, "the product").ok()) << good;
  }
  for (const char* bad : {"", "1234567890123456789012345", "a b", "-a", ".a", "a\"b", "a/b"}) {
    EXPECT_FALSE(check_name(bad, "the product").ok()) << bad;
  }
}

TEST(Grammar, ServerNames) {
  for (const std::string& good : {std::string("pi.local"), std::string("localhost"), std::string("a-b.c1"), k63}) {
    EXPECT_TRUE(check_server_name(good).ok()) << good;
  }
  for (const std::string& bad :
       {std::string(), k64, std::string("192.168.1.1"), std::string("::1"), std::string("a..b"), std::string("a."),
        std::string("-a.b"), std::string("a-.b"), std::string("a_b.c"), std::string("*.local"), std::string("a b")}) {
    EXPECT_FALSE(check_server_name(bad).ok()) << bad;
  }
}

TEST(Grammar, Addresses) {
  for (const char* good : {"192.168.1.10", "pi.local", "0.0.0.0", "255.255.255.255"}) {
    EXPECT_TRUE(check_address(good).ok()) << good;
  }
  for (const char* bad : {"", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.4:80", "::1", "1.2.3.1000", "http://pi"}) {
    EXPECT_FALSE(check_address(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace flotilla::authority
