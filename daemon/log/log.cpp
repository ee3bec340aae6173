#include "daemon/log/log.h"

#include <memory>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace flotilla::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warning: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
    case Level::Off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

// Made at the first message and never destroyed: threads may log until the very end of the process.
spdlog::logger& logger() {
  static spdlog::logger* const instance = [] {
    auto made = std::make_unique<spdlog::logger>("flotillad", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%-7l%$ %v");
    made->flush_on(spdlog::level::debug);
    return made.release();
  }();
  return *instance;
}

}  // namespace

bool parse_level(std::string_view text, Level& out) {
  constexpr struct {
    std::string_view name;
    Level level;
  } kNames[] = {
      {"debug", Level::Debug}, {"info", Level::Info}, {"warning", Level::Warning},
      {"error", Level::Error}, {"off", Level::Off},
  };
  for (const auto& row : kNames) {
    if (row.name == text) {
      out = row.level;
      return true;
    }
  }
  return false;
}

void set_level(Level level) { logger().set_level(to_spdlog(level)); }

bool Logger::enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void Logger::emit(Level level, std::string_view pattern, const Argument* args, std::size_t count) const {
  // Text of foreign origin stays on one line: a device must not be able to write log lines of its own.
  std::string text = fill(pattern, args, count);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) text[i] = ' ';
    // U+0080 to U+009F, which terminals obey as they do escape sequences.
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (c == 0xc2 && next >= 0x80 && next <= 0x9f) text.replace(i, 2, "  ");
  }
  logger().log(to_spdlog(level), "{}: {}", component_, text);
}

std::string fill(std::string_view pattern, const Argument* args, std::size_t count) {
  std::string out;
  out.reserve(pattern.size() + 32);
  std::size_t used = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 2) == "{}" && used < count) {
      out += args[used++].text();
      ++i;
    } else {
      out += pattern[i];
    }
  }
  for (; used < count; ++used) out += ' ' + args[used].text();
  return out;
}

}  // namespace flotilla::log
