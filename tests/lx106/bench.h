// A board whose agent can be measured: its steps run on a stack of their own, and what the platform does (flash, broker,
// image server) on another one and outside of the counted time. Hashing is BearSSL's and counts; checking a signature
// costs nothing here.
#pragma once

#include <algorithm>

#include "firmware-esp/virtual/bear_crypto.h"
#include "tests/fakes/device_rig.h"
#include "tests/lx106/stack.h"

namespace flotilla::lx106 {

inline Stack<16 * 1024> agent_stack;
inline Stack<64 * 1024> platform_stack;
inline std::uint32_t platform_ticks = 0;

template <typename F>
auto on_platform(F f) {
  const std::uint32_t begin = ticks();
  decltype(f()) result{};
  platform_stack.run([&] { result = f(); });
  platform_ticks += ticks() - begin;
  return result;
}
template <typename F>
void do_on_platform(F f) {
  (void)on_platform([&] { return f(), 0; });
}

class MeasuredFlash final : public hal::Flash {
 public:
  explicit MeasuredFlash(hal::Flash& inner) : inner_(inner) {}
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override {
    return on_platform([&] { return inner_.read(address, out, size); });
  }
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override {
    return on_platform([&] { return inner_.write(address, bytes, size); });
  }
  bool erase_sector(std::uint32_t address) override {
    return on_platform([&] { return inner_.erase_sector(address); });
  }
  std::uint32_t size() override { return inner_.size(); }

 private:
  hal::Flash& inner_;
};

class MeasuredDownload final : public hal::Download {
 public:
  explicit MeasuredDownload(hal::Download& inner) : inner_(inner) {}
  void begin(std::string_view path, std::uint32_t offset) override {
    do_on_platform([&] { inner_.begin(path, offset); });
  }
  hal::DownloadStatus poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) override {
    return on_platform([&] { return inner_.poll(out, capacity, received); });
  }
  int http_status() override { return inner_.http_status(); }
  std::uint32_t total_size() override { return inner_.total_size(); }
  void stop() override { inner_.stop(); }

 private:
  hal::Download& inner_;
};

class MeasuredMqtt final : public hal::Mqtt {
 public:
  explicit MeasuredMqtt(hal::Mqtt& inner) : inner_(inner) {}
  void poll() override { inner_.poll(); }
  hal::Link link() override { return inner_.link(); }
  std::uint16_t publish(std::string_view topic, ByteView payload) override {
    return on_platform([&] { return inner_.publish(topic, payload); });
  }
  std::uint16_t acknowledged() override { return inner_.acknowledged(); }
  bool receive(ByteView& payload) override {
    const bool one = on_platform([&] { return inner_.receive(payload); });
    received = received || one;
    return one;
  }
  std::uint32_t session() override { return inner_.session(); }
  void disconnect() override {
    do_on_platform([&] { inner_.disconnect(); });
  }
  bool received = false;

 private:
  hal::Mqtt& inner_;
};

class FreeSignatures final : public hal::Crypto {
 public:
  Digest sha256(const ByteView* parts, std::size_t count) override { return bear_.sha256(parts, count); }
  bool verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) override {
    return on_platform([&] { return rs == fakes::DeviceCrypto::sign(key, digest); });
  }
  void hash_begin() override { bear_.hash_begin(); }
  void hash_update(ByteView bytes) override { bear_.hash_update(bytes); }
  Digest hash_finish() override { return bear_.hash_finish(); }

 private:
  BearCrypto bear_;
};

// Where the board's log goes: nowhere, at no cost.
class SilentApplication final : public Application {
 public:
  SelfTestResult self_test() override { return result; }
  SelfTestResult result = SelfTestResult::Passed;
};

// The deepest stack of each kind of work, in bytes, and the dearest command, in ticks.
struct Costs {
  std::size_t step = 0;
  const char* deepest = "";  // in which state
  std::size_t begin = 0;
  std::size_t early_boot = 0;
  std::uint32_t early_boot_ticks = 0;
  std::uint32_t command_ticks = 0;
  bool failed = false;  // a scenario did not come to its end
};

class Bench {
 public:
  explicit Bench(Costs& costs);

  // An order whose keys are the last of a full trust store, with two release signatures and a long path.
  void order_install(std::uint32_t sequence, std::uint64_t attempt);
  void order(CommandKind kind, std::uint32_t sequence, std::uint64_t attempt);
  // Runs on, over restarts, until the newest heartbeat says so. Otherwise the costs are marked as failed.
  void run_to(UpdateState state, std::uint64_t attempt);

  SilentApplication application;

 private:
  std::string sign(Role role, const std::string& payload, std::initializer_list<std::uint8_t> keys);
  bool boot();
  void step();

  Costs& costs_;
  fakes::DeviceRig rig_;
  FreeSignatures crypto_;
  MeasuredFlash flash_{rig_.flash};
  MeasuredDownload download_{rig_.server};
  MeasuredMqtt mqtt_{rig_.mqtt};
  alignas(4) Scratch scratch_{};
  std::unique_ptr<Agent> agent_;
};

}  // namespace flotilla::lx106
