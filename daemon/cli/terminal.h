// What the output goes to.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace flotilla::cli {

struct Terminal {
  bool tty = false;
  bool colour = false;  // a tty, and neither NO_COLOR nor TERM=dumb forbids it
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// std::cout may be a terminal; every other stream is none.
[[nodiscard]] Terminal terminal_of(const std::ostream& out);

enum class Colour : std::uint8_t { None, Bold, Dim, Red, Green, Yellow, Blue };

// `text` in that colour where `colours` allows it.
[[nodiscard]] std::string paint(std::string_view text, Colour colour, bool colours);

// The colour of an update's, a member's or a rollout's state.
[[nodiscard]] Colour colour_of_state(std::string_view state);

}  // namespace flotilla::cli
