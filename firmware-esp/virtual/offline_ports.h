// The ports of a firmware that connects to nothing.
#pragma once

#include "firmware-esp/src/hal.h"

namespace flotilla {

class OfflineMqtt : public hal::Mqtt {
 public:
  explicit OfflineMqtt(hal::Link link) : link_(link) {}
  void poll() override {}
  hal::Link link() override { return link_; }
  std::uint16_t publish(std::string_view, ByteView) override { return 0; }
  std::uint16_t acknowledged() override { return 0; }
  bool receive(ByteView&) override { return false; }
  std::uint32_t session() override { return 0; }
  void disconnect() override {}

 private:
  hal::Link link_;
};

class OfflineDownload : public hal::Download {
 public:
  void begin(std::string_view, std::uint32_t) override {}
  hal::DownloadStatus poll(std::uint8_t*, std::size_t, std::size_t& received) override {
    received = 0;
    return hal::DownloadStatus::Broken;
  }
  int http_status() override { return 0; }
  std::uint32_t total_size() override { return 0; }
  void stop() override {}
};

}  // namespace flotilla
