#include "daemon/cli/terminal.h"

#include <cstdlib>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace flotilla::cli {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);  // one thread
  return value != nullptr && *value != '\0';
}

const char* sequence(Colour colour) {
  switch (colour) {
    case Colour::None: return "";
    case Colour::Bold: return "\x1b[1m";
    case Colour::Dim: return "\x1b[2m";
    case Colour::Red: return "\x1b[31m";
    case Colour::Green: return "\x1b[32m";
    case Colour::Yellow: return "\x1b[33m";
    case Colour::Blue: return "\x1b[34m";
  }
  return "";
}

struct StateColour {
  std::string_view state;
  Colour colour;
};

// clang-format off
constexpr StateColour kStateColours[] = {
    {"confirmed",    Colour::Green},
    {"succeeded",    Colour::Green},
    {"completed",    Colour::Green},
    {"running",      Colour::Blue},
    {"ordered",      Colour::Blue},
    {"working",      Colour::Blue},
    {"accepted",     Colour::Blue},
    {"downloading",  Colour::Blue},
    {"verified",     Colour::Blue},
    {"armed",        Colour::Blue},
    {"rebooting",    Colour::Blue},
    {"trial",        Colour::Yellow},
    {"soaking",      Colour::Yellow},
    {"paused",       Colour::Yellow},
    {"failed",       Colour::Red},
    {"rolled-back",  Colour::Red},
    {"refused",      Colour::Red},
    {"unresponsive", Colour::Red},
    {"lost",         Colour::Red},
    {"halted",       Colour::Red},
    {"aborted",      Colour::Red},
    {"degraded",     Colour::Red},
    {"waiting",      Colour::Dim},
    {"skipped",      Colour::Dim},
    {"superseded",   Colour::Dim},
    {"withdrawn",    Colour::Dim},
};
// clang-format on

}  // namespace

Terminal terminal_of(const std::ostream& out) {
  Terminal terminal;
  terminal.tty = &out == &std::cout && ::isatty(STDOUT_FILENO) == 1;
  if (!terminal.tty) return terminal;
  const char* kind = std::getenv("TERM");  // one thread
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  terminal.tty = !dumb;
  terminal.colour = !dumb && !is_set("NO_COLOR");
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 && size.ws_row != 0) {
    terminal.columns = size.ws_col;
    terminal.rows = size.ws_row;
  }
  return terminal;
}

std::string paint(std::string_view text, Colour colour, bool colours) {
  if (!colours || colour == Colour::None) return std::string(text);
  return sequence(colour) + std::string(text) + "\x1b[0m";
}

Colour colour_of_state(std::string_view state) {
  for (const StateColour& row : kStateColours) {
    if (row.state == state) return row.colour;
  }
  return Colour::None;
}

}  // namespace flotilla::cli
