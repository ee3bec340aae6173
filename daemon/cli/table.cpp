#include "daemon/cli/table.h"

#include <algorithm>
#include <ostream>

#include "daemon/cli/text.h"

namespace flotilla::cli {
namespace {

constexpr const char* kGap = "  ";

}  // namespace

void Table::add(std::vector<Cell> row) {
  row.resize(columns_.size(), Cell(""));
  for (Cell& cell : row) cell.text = printable(cell.text);
  rows_.push_back(std::move(row));
}

void Table::print(std::ostream& out, bool colours) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = width(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, width(row[i].text));
    widths.push_back(widest);
  }
  const auto line = [&](const auto& cell_of) {
    std::string text;
    std::string blanks;  // held back, so that none trail
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Cell cell = cell_of(i);
      const std::string padding(widths[i] - width(cell.text), ' ');
      if (columns_[i].right) blanks += padding;
      if (!cell.text.empty()) {
        text += blanks + paint(cell.text, cell.colour, colours);
        blanks.clear();
      }
      if (!columns_[i].right) blanks += padding;
      blanks += kGap;
    }
    out << text << '\n';
  };
  line([&](std::size_t i) { return Cell(columns_[i].title, Colour::Bold); });
  for (const auto& row : rows_) line([&](std::size_t i) { return row[i]; });
}

void Facts::add(const std::string& name, Cell value) { rows_.emplace_back(printable(name), std::move(value)); }

void Facts::print(std::ostream& out, bool colours) const {
  std::size_t widest = 0;
  for (const auto& [name, value] : rows_) widest = std::max(widest, width(name));
  for (const auto& [name, value] : rows_) {
    out << name;
    if (!value.text.empty()) {
      out << std::string(widest - width(name), ' ') << kGap << paint(printable(value.text), value.colour, colours);
    }
    out << '\n';
  }
}

}  // namespace flotilla::cli
