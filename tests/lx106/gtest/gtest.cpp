// Collects the tests of one program and runs them: main() of all test programs on the chip. The exit code is 0 only
// when there were tests and all of them passed.
#include <gtest/gtest.h>

namespace testing {
namespace {

struct Place {
  const char* file;
  int line;
  std::string text;
};

struct Runner {
  std::vector<internal::TestCase> tests;
  std::vector<std::function<void()>> expansions;
  std::vector<Place> traces;
  bool failed = false;  // the running test
  bool fatal = false;
};

Runner& runner() {
  static Runner instance;  // tests are added by constructors of many files
  return instance;
}

}  // namespace

void Test::run() {
  SetUp();
  if (!HasFatalFailure()) TestBody();
  TearDown();
}
bool Test::HasFailure() { return runner().failed; }
bool Test::HasFatalFailure() { return runner().fatal; }

namespace internal {

bool add_test(TestCase test) {
  runner().tests.push_back(std::move(test));
  return true;
}
bool add_expansion(std::function<void()> expansion) {
  runner().expansions.push_back(std::move(expansion));
  return true;
}

void report_failure(const char* file, int line, const std::string& text, const std::string& message, bool fatal) {
  runner().failed = true;
  runner().fatal = runner().fatal || fatal;
  std::printf("%s:%d: Failure\n%s\n%s%s", file, line, text.c_str(), message.c_str(), message.empty() ? "" : "\n");
  for (const auto& trace : runner().traces) std::printf("  %s:%d: %s\n", trace.file, trace.line, trace.text.c_str());
}

std::string number_text(long long value) {
  auto magnitude = static_cast<unsigned long long>(value);
  if (value < 0) magnitude = 0 - magnitude;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + magnitude % 10));
    magnitude /= 10;
  } while (magnitude != 0);
  return value < 0 ? "-" + digits : digits;
}

std::string bytes_text(const void* object, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(object);
  std::string text = number_text(static_cast<long long>(size)) + " bytes";
  for (std::size_t i = 0; i < size && i < 64; ++i) {
    text += i % 4 == 0 ? " " : "";
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

Trace::Trace(const char* file, int line, const Message& message) {
  runner().traces.push_back({file, line, message.text()});
}
Trace::~Trace() { runner().traces.pop_back(); }

}  // namespace internal

// Returns whether it passed.
static bool run_one(const internal::TestCase& test) {
  runner().failed = runner().fatal = false;
  if (test.prepare) test.prepare();
  std::unique_ptr<Test> instance(test.make());
  instance->run();
  if (runner().failed) std::printf("[  FAILED  ] %s\n", test.name.c_str());
  return !runner().failed;
}

static int run_all() {
  for (const auto& expansion : runner().expansions) expansion();
  const std::size_t count = runner().tests.size();
  std::printf("Running %u tests on the emulated lx106\n", static_cast<unsigned>(count));
  std::size_t passed = 0;
  for (const auto& test : runner().tests) passed += run_one(test) ? 1 : 0;
  std::printf("%u of %u tests passed\n", static_cast<unsigned>(passed), static_cast<unsigned>(count));
  return count > 0 && passed == count ? 0 : 1;
}

}  // namespace testing

int main() { return testing::run_all(); }
