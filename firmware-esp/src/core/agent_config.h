// What a sketch gives to its agent.
#pragma once

#include <cstdint>
#include <string_view>

namespace flotilla {

struct Vitals {
  std::uint32_t free_heap = 0;      // bytes
  std::uint32_t largest_block = 0;  // bytes
  std::int32_t rssi = 0;            // dBm
};

struct AgentConfig {
  std::string_view version;         // of the sketch; must outlive the agent
  std::uint64_t build_seconds = 0;  // 1970-based, the clock's floor
  // Where the linker put the sketch's file system, as flash addresses: begin() refuses to run over one. Equal: none.
  std::uint32_t file_system_start = 0;
  std::uint32_t file_system_end = 0;
  Vitals (*vitals)() = nullptr;         // for the heartbeat and for the two limits below; none: zeros, and no limits
  std::uint32_t minimum_free_heap = 0;  // bytes: with less an update is refused as LowMemory
  std::uint32_t minimum_block = 0;      // bytes, in one piece: likewise
  std::uint32_t sleep_seconds = 0;      // between two heartbeats of a device that sleeps; 0: it stays awake
  std::uint32_t config_trial_seconds = 600;     // in which a new provisioning must reach the broker; for tests less
  std::uint32_t broker_patience_seconds = 600;  // without the broker, then the other provisioning is tried; likewise
  std::uint32_t download_bytes_per_second = 0;  // at most, so that the sketch has its share; 0: as fast as it comes
};

}  // namespace flotilla
