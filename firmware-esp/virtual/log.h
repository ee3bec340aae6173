// Lines on stderr: time, level, device id, text. Thread-safe: one line is one write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla {

enum class LogLevel : std::uint8_t { Debug, Info, Error };

class LogSink {
 public:
  explicit LogSink(LogLevel least) : least_(least) {}
  void write(LogLevel level, std::string_view who, std::string_view text) const;

 private:
  LogLevel least_;
};

// The log of one device. The sink must outlive it.
class DeviceLog {
 public:
  DeviceLog(const LogSink& sink, std::string device_id) : sink_(sink), id_(std::move(device_id)) {}
  void debug(std::string_view text) const { sink_.write(LogLevel::Debug, id_, text); }
  void info(std::string_view text) const { sink_.write(LogLevel::Info, id_, text); }
  void error(std::string_view text) const { sink_.write(LogLevel::Error, id_, text); }

 private:
  const LogSink& sink_;
  std::string id_;
};

}  // namespace flotilla
