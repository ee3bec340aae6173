// Which devices' commands the broker does not have yet. The stored outbox is the same set without the sending state.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flotilla::service {

// The engine's thread alone. Times are Now::mono_ms.
class Outbox {
 public:
  // Forgets everything and begins with what the store holds. Tokens go on: an acknowledgement of before fits nothing.
  void reset(const std::vector<std::string>& devices);
  // The device's command has changed: what was sent before it does not count any more.
  void add(const std::string& device);
  // After a connection was lost, nothing that was sent is certain.
  void resend_all();

  [[nodiscard]] std::vector<std::string> due(std::int64_t now_ms) const;
  // Token to publish with; the entry waits for its acknowledgement from now on.
  std::uint64_t sent(const std::string& device);
  void retry_at(const std::string& device, std::int64_t when_ms);
  // The publish with this token did not reach the broker. false: it is not the newest.
  bool failed(const std::string& device, std::uint64_t token, std::int64_t retry_ms);
  // true: the entry is removed. false: a token of an older command, which removes nothing.
  bool acknowledged(const std::string& device, std::uint64_t token);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool waits_for_acknowledgement() const;

 private:
  struct Entry {
    std::uint64_t token = 0;  // 0: to be sent, from retry_at_ms on
    std::int64_t retry_at_ms = INT64_MIN;
  };
  std::map<std::string, Entry> entries_;
  std::uint64_t last_token_ = 0;
};

}  // namespace flotilla::service
