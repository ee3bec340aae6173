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
  Vitals (*vitals)() = nullptr;     // for the heartbeat; none: zeros
};

}  // namespace flotilla
