#include "daemon/cli/table.h"

#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace flotilla::cli {
namespace {

TEST(Table, AlignsItsColumns) {
  Table table({{"DEVICE"}, {"RSSI", true}, {"STATE"}});
  table.add({"a", "-60", "confirmed"});
  table.add({"Küche", "-7", ""});
  std::ostringstream out;
  table.print(out, false);
  EXPECT_EQ(out.str(),
            "DEVICE  RSSI  STATE\n"
            "a        -60  confirmed\n"
            "Küche     -7\n");
}

TEST(Table, WithoutRowsShowsItsTitles) {
  std::ostringstream out;
  Table({{"A"}, {"B"}}).print(out, false);
  EXPECT_EQ(out.str(), "A  B\n");
}

TEST(Table, ColoursDoNotMoveColumns) {
  Table table({{"STATE"}, {"X"}});
  table.add({Cell("ok", Colour::Green), "1"});
  std::ostringstream out;
  table.print(out, true);
  EXPECT_EQ(out.str(), "\x1b[1mSTATE\x1b[0m  \x1b[1mX\x1b[0m\n\x1b[32mok\x1b[0m     1\n");
}

TEST(Table, CellsAreMadePrintable) {
  Table table({{"TEXT"}});
  table.add({"\x1b[31m"});
  std::ostringstream out;
  table.print(out, false);
  EXPECT_EQ(out.str(), "TEXT\n\\x1b[31m\n");
}

TEST(Table, AShortRowIsFilled) {
  Table table({{"A"}, {"B"}});
  table.add({"1"});
  std::ostringstream out;
  table.print(out, false);
  EXPECT_EQ(out.str(), "A  B\n1\n");
}

TEST(Facts, AlignTheirValues) {
  Facts facts;
  facts.add("state", Cell("running"));
  facts.add("last heard", Cell("now\n"));
  facts.add("empty", Cell(""));
  facts.add("h\x1b[1m", Cell("1"));  // a device names its health values
  std::ostringstream out;
  facts.print(out, false);
  EXPECT_EQ(out.str(),
            "state       running\n"
            "last heard  now\\x0a\n"
            "empty\n"
            "h\\x1b[1m    1\n");
}

}  // namespace
}  // namespace flotilla::cli
