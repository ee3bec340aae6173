// GoogleTest's words on the chip: enough of them that the tests in tests/unit/ compile there unchanged. Tests run in the
// order of their definition, parameterised ones after the others; only failures are printed, and a summary.
// An unknown matcher or macro does not compile: nothing passes by being ignored.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace testing {
namespace internal {

void report_failure(const char* file, int line, const std::string& text, const std::string& message, bool fatal);
std::string number_text(long long value);
std::string bytes_text(const void* object, std::size_t size);

// As readable as the type allows; everything else as its bytes.
template <typename T>
std::string value_text(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
    return "nullptr";
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return "\"" + std::string(std::string_view(value)) + "\"";
  } else if constexpr (std::is_enum_v<T>) {
    return number_text(static_cast<long long>(value));
  } else if constexpr (std::is_integral_v<T>) {
    return number_text(static_cast<long long>(value));
  } else {
    return bytes_text(&value, sizeof value);
  }
}

struct Outcome {
  bool good;
  std::string text;  // what was compared, when it is not good
};

#define FLOTILLA_COMPARISON(name, symbol)                                                                           \
  template <typename A, typename B>                                                                                 \
  Outcome name(const char* a_text, const char* b_text, const A& a, const B& b) {                                    \
    if (a symbol b) return {true, {}};                                                                              \
    return {false, std::string("expected ") + a_text + " " #symbol " " + b_text + "\n  " + value_text(a) + "\n  " + \
                       value_text(b)};                                                                              \
  }
FLOTILLA_COMPARISON(compare_eq, ==)
FLOTILLA_COMPARISON(compare_ne, !=)
FLOTILLA_COMPARISON(compare_lt, <)
FLOTILLA_COMPARISON(compare_le, <=)
FLOTILLA_COMPARISON(compare_gt, >)
FLOTILLA_COMPARISON(compare_ge, >=)
#undef FLOTILLA_COMPARISON

inline Outcome compare_bool(const char* text, bool value, bool wanted) {
  return {value == wanted, std::string(text) + (wanted ? " is false" : " is true")};
}
inline Outcome compare_text(const char* a_text, const char* b_text, const char* a, const char* b) {
  if (std::strcmp(a, b) == 0) return {true, {}};
  return {false, std::string("expected ") + a_text + " to be the text " + b_text + "\n  " + a + "\n  " + b};
}

}  // namespace internal

class Message {
 public:
  template <typename T>
  Message& operator<<(const T& value) {
    if constexpr (std::is_function_v<T>) {
      // A manipulator of numbers, such as std::hex: they stay decimal here.
    } else if constexpr (std::is_same_v<T, char>) {
      text_ += value;
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      text_ += std::string_view(value);
    } else {
      text_ += internal::value_text(value);
    }
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class Test {
 public:
  virtual ~Test() = default;
  void run();
  static bool HasFailure();  // of the running test
  static bool HasFatalFailure();
  static void RecordProperty(const char* name, int value) { std::printf("%s: %d\n", name, value); }

 protected:
  virtual void SetUp() {}
  virtual void TearDown() {}
  virtual void TestBody() = 0;
};

template <typename T>
struct TestParamInfo {
  T param;
  std::size_t index;
};

template <typename T>
class WithParamInterface {
 public:
  using ParamType = T;
  static const T& GetParam() { return *current; }
  static inline const T* current = nullptr;
};
template <typename T>
class TestWithParam : public Test, public WithParamInterface<T> {};

template <typename T, std::size_t N>
std::vector<T> ValuesIn(const T (&values)[N]) {
  return {values, values + N};
}
template <typename Container>
std::vector<typename Container::value_type> ValuesIn(const Container& values) {
  return {values.begin(), values.end()};
}
template <typename... T>
auto Values(T... values) {
  return std::vector<std::common_type_t<T...>>{values...};
}

namespace internal {

using Factory = Test* (*)();

struct TestCase {
  std::string name;
  Factory make;
  std::function<void()> prepare;  // sets the parameter
};
bool add_test(TestCase test);
bool add_expansion(std::function<void()> expansion);  // called before the first test

// The tests of one parameterised suite, until their parameters are known.
template <typename Suite>
struct ParamTests {
  static inline std::vector<std::pair<const char*, Factory>> tests;
  static bool add(const char* name, Factory make) {
    tests.emplace_back(name, make);
    return true;
  }
};

template <typename Suite, typename T, typename Name>
bool instantiate(std::string prefix, const std::vector<T>& values, Name name) {
  using Param = typename Suite::ParamType;
  const auto* params = new std::vector<Param>(values.begin(), values.end());  // as long as the program runs
  return add_expansion([=] {
    for (std::size_t i = 0; i < params->size(); ++i) {
      const Param* param = &(*params)[i];
      for (const auto& [test, make] : ParamTests<Suite>::tests) {
        add_test(
            {prefix + "." + test + "/" + name(TestParamInfo<Param>{*param, i}), make, [=] { Suite::current = param; }});
      }
    }
  });
}
template <typename Suite, typename T>
bool instantiate(std::string prefix, const std::vector<T>& values) {
  return instantiate<Suite>(std::move(prefix), values, [](const auto& info) { return number_text(info.index); });
}

// Takes the message that was streamed behind a failed check.
class Failure {
 public:
  Failure(const char* file, int line, std::string text, bool fatal)
      : file_(file), line_(line), text_(std::move(text)), fatal_(fatal) {}
  void operator=(const Message& message) const { report_failure(file_, line_, text_, message.text(), fatal_); }

 private:
  const char* file_;
  int line_;
  std::string text_;
  bool fatal_;
};

class Trace {
 public:
  Trace(const char* file, int line, const Message& message);
  template <typename T>
  Trace(const char* file, int line, const T& message) : Trace(file, line, Message() << message) {}
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
};

}  // namespace internal
}  // namespace testing

// clang-format off
#define FLOTILLA_TEST_CLASS(suite, name) suite##_##name##_Test
#define FLOTILLA_TEST(suite, name, base, added)                                                       \
  class FLOTILLA_TEST_CLASS(suite, name) : public base {                                              \
    void TestBody() override;                                                                         \
    static ::testing::Test* make() { return new FLOTILLA_TEST_CLASS(suite, name); }                   \
    static inline const bool added_ = added;                                                          \
  };                                                                                                  \
  void FLOTILLA_TEST_CLASS(suite, name)::TestBody()
#define TEST(suite, name) FLOTILLA_TEST(suite, name, ::testing::Test, ::testing::internal::add_test({#suite "." #name, make, {}}))
#define TEST_F(suite, name) FLOTILLA_TEST(suite, name, suite, ::testing::internal::add_test({#suite "." #name, make, {}}))
#define TEST_P(suite, name) FLOTILLA_TEST(suite, name, suite, ::testing::internal::ParamTests<suite>::add(#name, make))
#define INSTANTIATE_TEST_SUITE_P(prefix, suite, ...)                                                  \
  static const bool prefix##_##suite##_added = ::testing::internal::instantiate<suite>(#prefix "/" #suite, __VA_ARGS__)

// The switch keeps an `else` behind the macro away from its `if`.
#define FLOTILLA_CHECK(outcome, fatal, leave)                                                         \
  switch (0) case 0: default:                                                                         \
    if (const ::testing::internal::Outcome result = outcome; result.good) ; else                      \
      leave ::testing::internal::Failure(__FILE__, __LINE__, result.text, fatal) = ::testing::Message()
#define FLOTILLA_EXPECT(outcome) FLOTILLA_CHECK(outcome, false, )
#define FLOTILLA_ASSERT(outcome) FLOTILLA_CHECK(outcome, true, return)
#define FLOTILLA_COMPARE(name, a, b) ::testing::internal::name(#a, #b, a, b)

#define EXPECT_TRUE(a) FLOTILLA_EXPECT(::testing::internal::compare_bool(#a, static_cast<bool>(a), true))
#define EXPECT_FALSE(a) FLOTILLA_EXPECT(::testing::internal::compare_bool(#a, static_cast<bool>(a), false))
#define EXPECT_EQ(a, b) FLOTILLA_EXPECT(FLOTILLA_COMPARE(compare_eq, a, b))
#define EXPECT_NE(a, b) FLOTILLA_EXPECT(FLOTILLA_COMPARE(compare_ne, a, b))
#define EXPECT_LT(a, b) FLOTILLA_EXPECT(FLOTILLA_COMPARE(compare_lt, a, b))
#define EXPECT_LE(a, b) FLOTILLA_EXPECT(FLOTILLA_COMPARE(compare_le, a, b))
#define EXPECT_GT(a, b) FLOTILLA_EXPECT(FLOTILLA_COMPARE(compare_gt, a, b))
#define EXPECT_GE(a, b) FLOTILLA_EXPECT(FLOTILLA_COMPARE(compare_ge, a, b))
#define EXPECT_NEAR(a, b, error) EXPECT_LE((a) < (b) ? (b) - (a) : (a) - (b), error)
#define EXPECT_STREQ(a, b) FLOTILLA_EXPECT(FLOTILLA_COMPARE(compare_text, a, b))
#define ASSERT_TRUE(a) FLOTILLA_ASSERT(::testing::internal::compare_bool(#a, static_cast<bool>(a), true))
#define ASSERT_FALSE(a) FLOTILLA_ASSERT(::testing::internal::compare_bool(#a, static_cast<bool>(a), false))
#define ASSERT_EQ(a, b) FLOTILLA_ASSERT(FLOTILLA_COMPARE(compare_eq, a, b))
#define ASSERT_NE(a, b) FLOTILLA_ASSERT(FLOTILLA_COMPARE(compare_ne, a, b))
#define ASSERT_LT(a, b) FLOTILLA_ASSERT(FLOTILLA_COMPARE(compare_lt, a, b))
#define ASSERT_LE(a, b) FLOTILLA_ASSERT(FLOTILLA_COMPARE(compare_le, a, b))
#define ASSERT_GT(a, b) FLOTILLA_ASSERT(FLOTILLA_COMPARE(compare_gt, a, b))
#define ASSERT_GE(a, b) FLOTILLA_ASSERT(FLOTILLA_COMPARE(compare_ge, a, b))
#define ASSERT_STREQ(a, b) FLOTILLA_ASSERT(FLOTILLA_COMPARE(compare_text, a, b))
#define ADD_FAILURE() ::testing::internal::Failure(__FILE__, __LINE__, "failed", false) = ::testing::Message()
#define FAIL() return ::testing::internal::Failure(__FILE__, __LINE__, "failed", true) = ::testing::Message()
#define ASSERT_NO_FATAL_FAILURE(statement) \
  do { statement; if (HasFatalFailure()) return; } while (false)

#define FLOTILLA_JOIN2(a, b) a##b
#define FLOTILLA_JOIN(a, b) FLOTILLA_JOIN2(a, b)
#define SCOPED_TRACE(message) const ::testing::internal::Trace FLOTILLA_JOIN(trace_, __LINE__)(__FILE__, __LINE__, message)
// clang-format on
