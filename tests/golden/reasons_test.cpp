// docs/protocol.md lists every reason with its number, name and sentence: the table in the code and the document agree.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "common/reason.h"

namespace flotilla {
namespace {

TEST(Reasons, AreDocumented) {
  const char* source = std::getenv("FLOTILLA_SOURCE");
  ASSERT_NE(source, nullptr);
  std::stringstream document;
  document << std::ifstream(std::string(source) + "/docs/protocol.md").rdbuf();
  int listed = 0;
  for (std::uint32_t number = 0; number <= 255; ++number) {
    const Reason reason = reason_from_number(number);
    if (static_cast<std::uint32_t>(reason) != number) continue;
    std::string row = "| " + std::to_string(number) + " | ";
    row.append(to_string(reason)).append(" | ").append(explain(reason)).append(" |\n");
    EXPECT_NE(document.str().find(row), std::string::npos) << row;
    ++listed;
  }
  EXPECT_GT(listed, 30);
}

}  // namespace
}  // namespace flotilla
