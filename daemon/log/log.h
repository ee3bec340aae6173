// The daemon's log: one line a message on stderr, "time level component: text". Any thread. Shows no spdlog type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace flotilla::log {

enum class Level : std::uint8_t { Debug, Info, Warning, Error, Off };

// "debug", "info", "warning", "error", "off"; false leaves `out` untouched.
[[nodiscard]] bool parse_level(std::string_view text, Level& out);

// What is below this level is not written. The level at the start is Info.
void set_level(Level level);

// A value that may stand for a "{}": text, number or bool.
class Argument {
 public:
  Argument(std::string_view text) : text_(text) {}           // NOLINT: the caller writes the value itself
  Argument(const std::string& text) : text_(text) {}         // NOLINT: as above
  Argument(const char* text) : text_(text) {}                // NOLINT: as above
  Argument(bool value) : text_(value ? "true" : "false") {}  // NOLINT: as above
  template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>>
  Argument(T value) : text_(std::to_string(value)) {}  // NOLINT: as above

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// One per component, usually a constant of the file: `const log::Logger kLog("mqtt");`. `component` must outlive it.
// Every "{}" in the pattern is replaced by the next argument; arguments too many are appended, never lost.
class Logger {
 public:
  explicit Logger(const char* component) : component_(component) {}

  template <typename... Args>
  void debug(std::string_view pattern, const Args&... args) const {
    write(Level::Debug, pattern, args...);
  }
  template <typename... Args>
  void info(std::string_view pattern, const Args&... args) const {
    write(Level::Info, pattern, args...);
  }
  template <typename... Args>
  void warning(std::string_view pattern, const Args&... args) const {
    write(Level::Warning, pattern, args...);
  }
  template <typename... Args>
  void error(std::string_view pattern, const Args&... args) const {
    write(Level::Error, pattern, args...);
  }

 private:
  template <typename... Args>
  void write(Level level, std::string_view pattern, const Args&... args) const {
    if (!enabled(level)) return;
    if constexpr (sizeof...(args) == 0) {
      emit(level, pattern, nullptr, 0);
    } else {
      const Argument list[] = {Argument(args)...};
      emit(level, pattern, list, sizeof...(args));
    }
  }
  [[nodiscard]] static bool enabled(Level level);
  void emit(Level level, std::string_view pattern, const Argument* args, std::size_t count) const;

  const char* component_;
};

// The pattern with its arguments filled in, as Logger writes it.
[[nodiscard]] std::string fill(std::string_view pattern, const Argument* args, std::size_t count);

}  // namespace flotilla::log
