// Aligned columns for people. Every cell is made printable.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/terminal.h"

namespace flotilla::cli {

struct Cell {
  std::string text;
  Colour colour = Colour::None;

  Cell(std::string value, Colour with = Colour::None)
      : text(std::move(value)), colour(with) {}  // NOLINT: a row is a list of texts
  Cell(std::string_view value) : text(value) {}  // NOLINT: as above
  Cell(const char* value) : text(value) {}       // NOLINT: as above
};

struct Column {
  std::string title;
  bool right = false;  // numbers
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<Cell> row);
  // Columns apart by two spaces, no trailing blanks; the titles alone where there are no rows.
  void print(std::ostream& out, bool colours) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// "name   value" lines, aligned; both made printable.
class Facts {
 public:
  void add(const std::string& name, Cell value);
  void print(std::ostream& out, bool colours) const;

 private:
  std::vector<std::pair<std::string, Cell>> rows_;
};

}  // namespace flotilla::cli
