#include "tests/lx106/bench.h"

namespace flotilla::lx106 {
namespace {

constexpr std::uint8_t kCommandKeys[] = {31, 30};
constexpr std::uint8_t kReleaseKeys[] = {21, 22, 23};

const char* state_name(UpdateState state) {
  static constexpr const char* kNames[] = {"Idle",  "Accepted",  "Downloading", "Verified", "Armed",
                                           "Trial", "Confirmed", "RolledBack",  "Failed"};
  const auto number = static_cast<std::size_t>(state);
  return number < std::size(kNames) ? kNames[number] : "another state";
}

}  // namespace

Bench::Bench(Costs& costs) : costs_(costs) {
  auto& trust = rig_.board.trust;
  trust.release_keys.clear();
  trust.command_keys.clear();
  for (const auto key : kReleaseKeys) (void)trust.release_keys.push_back(fakes::DeviceCrypto::key(key));
  for (const auto key : kCommandKeys) (void)trust.command_keys.push_back(fakes::DeviceCrypto::key(key));
  trust.release_threshold = 2;
}

std::string Bench::sign(Role role, const std::string& payload, std::initializer_list<std::uint8_t> keys) {
  Envelope envelope;
  envelope.payload = wire::view(payload);
  const Digest digest = signing_digest(role, envelope.payload, crypto_);
  for (const auto number : keys) {
    const PublicKey key = fakes::DeviceCrypto::key(number);
    (void)envelope.signatures.push_back({key_id_of(key, crypto_), fakes::DeviceCrypto::sign(key, digest)});
  }
  return wire::encode(envelope);
}

void Bench::order_install(std::uint32_t sequence, std::uint64_t attempt) {
  const auto& firmware = rig_.newer();
  auto manifest = rig_.manifest_of(firmware);
  const ByteView image(std::string_view(firmware.bytes));
  manifest.image_sha256 = crypto_.sha256(&image, 1);
  const std::string path = "/" + std::string(kMaxPath - 1, 'x');
  rig_.server.files[path] = firmware.bytes;
  const std::string signed_manifest = sign(Role::Manifest, wire::encode(manifest), {kReleaseKeys[1], kReleaseKeys[2]});
  const Command command = rig_.install_command(signed_manifest, path.substr(1), sequence, attempt);
  rig_.mqtt.retain(sign(Role::Command, wire::encode(command), {kCommandKeys[1]}));
}

void Bench::order(CommandKind kind, std::uint32_t sequence, std::uint64_t attempt) {
  rig_.mqtt.retain(sign(Role::Command, wire::encode(rig_.command(kind, sequence, attempt)), {kCommandKeys[1]}));
}

bool Bench::boot() {
  agent_.reset();
  rig_.clock.reboot();
  if (!rig_.boot_path.run()) return false;
  EarlyBoot early = EarlyBoot::Restart;
  agent_stack.paint();
  platform_ticks = 0;
  const auto begin = ticks();
  agent_stack.run([&] { early = early_boot(flash_, rig_.boot_path, crypto_, scratch_); });
  costs_.early_boot_ticks = std::max(costs_.early_boot_ticks, ticks() - begin - platform_ticks);
  costs_.early_boot = std::max(costs_.early_boot, agent_stack.depth());
  if (early == EarlyBoot::Restart) return true;

  rig_.mqtt.set_link(hal::Link::Unreachable);
  rig_.mqtt.set_link(hal::Link::Up);
  rig_.config.version = rig_.running() == &rig_.old() ? "1.0.0" : "1.1.0";
  agent_ =
      std::make_unique<Agent>(hal::Ports{flash_, rig_.boot_path, crypto_, download_, mqtt_, rig_.clock, rig_.random},
                              application, rig_.config, rig_.board);
  bool begun = false;
  agent_stack.paint();
  agent_stack.run([&] { begun = agent_->begin(); });
  costs_.begin = std::max(costs_.begin, agent_stack.depth());
  return begun;
}

void Bench::step() {
  if (!agent_ || rig_.boot_path.restart_wanted) {
    if (!boot()) costs_.failed = true;
    return;
  }
  const UpdateState state = agent_->state();
  mqtt_.received = false;
  agent_stack.paint();
  platform_ticks = 0;
  const auto begin = ticks();
  agent_stack.run([&] { agent_->step(); });
  const auto spent = ticks() - begin - platform_ticks;
  // A trial that ends hashes the slot to go back to: that is no part of a command.
  const bool ended = agent_->state() == UpdateState::RolledBack;
  if (mqtt_.received && !ended) costs_.command_ticks = std::max(costs_.command_ticks, spent);
  if (agent_stack.depth() > costs_.step) {
    costs_.step = agent_stack.depth();
    costs_.deepest = state_name(state);
  }
  rig_.clock.advance(10);
}

void Bench::run_to(UpdateState state, std::uint64_t attempt) {
  for (int i = 0; i < 20000 && !costs_.failed; ++i) {
    const auto& heartbeats = rig_.mqtt.heartbeats;
    if (!heartbeats.empty() && heartbeats.back().update_state == state && heartbeats.back().attempt_id == attempt)
      return;
    step();
  }
  std::printf("a scenario did not come to %s\n", state_name(state));
  costs_.failed = true;
}

}  // namespace flotilla::lx106
