// Broker, image server, clock and randomness as a device sees them.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "firmware-esp/src/hal.h"
#include "proto/host/codec.h"

namespace flotilla::fakes {

class DeviceClock final : public hal::Clock {
 public:
  std::uint64_t monotonic_ms() override { return since_boot_; }
  std::uint64_t unix_seconds() override { return time_known ? start_ + total_ / 1000 : 0; }
  void advance(std::uint64_t milliseconds) {
    since_boot_ += milliseconds;
    total_ += milliseconds;
  }
  void reboot() { since_boot_ = 0; }
  bool time_known = true;

 private:
  std::uint64_t start_ = 1'800'000'000;
  std::uint64_t since_boot_ = 0;
  std::uint64_t total_ = 0;
};

class DeviceRandom final : public hal::Random {
 public:
  std::uint32_t next() override { return state_ = state_ * 1664525 + 1013904223; }

 private:
  std::uint32_t state_ = 20260101;
};

// A broker with one retained command. It acknowledges at once, unless told otherwise.
class DeviceMqtt final : public hal::Mqtt {
 public:
  void poll() override {
    if (!std::exchange(hung_up_, false)) return;
    set_link(hal::Link::Up);
  }
  hal::Link link() override { return link_; }
  std::uint16_t publish(std::string_view, ByteView payload) override {
    if (link_ != hal::Link::Up) return 0;
    Heartbeat heartbeat;
    undecodable += wire::decode(payload, heartbeat) ? 0 : 1;
    heartbeats.push_back(heartbeat);
    ++packet_;
    if (packet_ == 0) ++packet_;
    if (acknowledges) acknowledged_ = packet_;
    return packet_;
  }
  std::uint16_t acknowledged() override { return acknowledged_; }
  bool receive(ByteView& payload) override {
    if (link_ != hal::Link::Up || inbox_.empty()) return false;
    // In memory of exactly its size, so that a sanitizer sees a read beyond it.
    current_.reset(new std::uint8_t[inbox_.front().size()]);
    payload = ByteView(current_.get(), inbox_.front().size());
    std::copy(inbox_.front().begin(), inbox_.front().end(), current_.get());
    inbox_.erase(inbox_.begin());
    return true;
  }
  std::uint32_t session() override { return session_; }
  // Connected again with the next poll.
  void disconnect() override {
    ++disconnects;
    hung_up_ = link_ == hal::Link::Up;
    if (hung_up_) link_ = hal::Link::Unreachable;
  }

  void set_link(hal::Link link) {
    hung_up_ = false;
    if (link == hal::Link::Up && link_ != hal::Link::Up) {
      ++session_;
      acknowledged_ = 0;
      inbox_.clear();
      if (!retained_.empty() && delivers) inbox_.push_back(retained_);
    }
    link_ = link;
  }
  void reconnect() {
    link_ = hal::Link::Unreachable;
    set_link(hal::Link::Up);
  }
  void retain(const std::string& command) {
    retained_ = command;
    if (link_ == hal::Link::Up && delivers) inbox_.push_back(command);
  }

  std::vector<Heartbeat> heartbeats;
  bool acknowledges = true;
  bool delivers = true;
  int undecodable = 0;
  int disconnects = 0;  // by the agent

 private:
  bool hung_up_ = false;
  hal::Link link_ = hal::Link::NoNetwork;
  std::string retained_;
  std::shared_ptr<std::uint8_t[]> current_;
  std::vector<std::string> inbox_;
  std::uint16_t packet_ = 0xFFF0;  // soon starts over
  std::uint16_t acknowledged_ = 0;
  std::uint32_t session_ = 0;
};

class DeviceServer final : public hal::Download {
 public:
  void begin(std::string_view path, std::uint32_t offset) override {
    begins.push_back(offset);
    const auto file = files.find(std::string(path));
    file_ = file == files.end() ? nullptr : &file->second;
    at_ = offset;
    sent_ = 0;
  }
  hal::DownloadStatus poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) override {
    if (silent) return hal::DownloadStatus::Pending;
    if (refuse_with != 0 || file_ == nullptr) return hal::DownloadStatus::Refused;
    if (break_after != 0 && sent_ >= break_after) {
      if (breaks_left > 0 && --breaks_left == 0) break_after = 0;
      return hal::DownloadStatus::Broken;
    }
    if (at_ >= file_->size()) return hal::DownloadStatus::Complete;
    received = std::min({capacity, chunk, file_->size() - at_});
    std::memcpy(out, file_->data() + at_, received);
    at_ += received;
    sent_ += received;
    delivered += received;
    return hal::DownloadStatus::Data;
  }
  int http_status() override { return refuse_with != 0 ? refuse_with : (file_ == nullptr ? 404 : 200); }
  std::uint32_t total_size() override {
    return file_ == nullptr || !tells_size ? 0 : static_cast<std::uint32_t>(file_->size());
  }
  void stop() override { ++stops; }

  std::map<std::string, std::string> files;
  std::vector<std::uint32_t> begins;  // offset of each request
  std::size_t chunk = 997;            // no multiple of 4
  std::size_t break_after = 0;        // bytes of a request, 0: never
  int breaks_left = 0;                // 0: it keeps breaking
  int refuse_with = 0;
  bool silent = false;
  bool tells_size = true;
  int stops = 0;
  std::size_t delivered = 0;  // bytes in all

 private:
  const std::string* file_ = nullptr;
  std::size_t at_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace flotilla::fakes
