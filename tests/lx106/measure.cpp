// Measures what the agent needs while it works: the deepest stack and the instructions of each operation. To be run with
// -icount shift=0; prints "<key> <value>" lines for tests/lx106/figures. The exit code is 0 when all scenarios ended well.
#include <cstdio>

#include "firmware-esp/src/core/journal.h"
#include "proto/device/codec.h"
#include "tests/golden/samples.h"
#include "tests/lx106/bench.h"
#include "tests/lx106/scale.h"
#include "tests/lx106/vectors.h"

namespace flotilla::lx106 {
namespace {

Stack<16 * 1024> thunk_stack;

void print(const char* key, std::uint32_t value) { std::printf("%s %lu\n", key, static_cast<unsigned long>(value)); }

template <typename F>
std::uint32_t ticks_of(F f) {
  platform_ticks = 0;
  const auto begin = ticks();
  f();
  return ticks() - begin - platform_ticks;
}

Costs run_scenarios() {
  Costs costs;
  {
    Bench bench(costs);
    bench.order_install(1, 100);
    bench.run_to(UpdateState::Confirmed, 100);
    bench.order(CommandKind::Revert, 2, 101);
    bench.run_to(UpdateState::Confirmed, 101);
  }
  {
    Bench bench(costs);
    bench.application.result = SelfTestResult::Failed;
    bench.order_install(1, 100);
    bench.run_to(UpdateState::RolledBack, 100);
  }
  {
    Bench bench(costs);
    bench.order_install(1, 100);
    bench.run_to(UpdateState::Downloading, 100);
    bench.order(CommandKind::Cancel, 2, 100);
    bench.run_to(UpdateState::Failed, 100);
  }
  return costs;
}

bool measure_signature(const Scale& scale) {
  BearCrypto crypto;
  bool good = false;
  thunk_stack.paint();
  const auto spent = ticks_of(
      [&] { thunk_stack.run([&] { good = crypto.verify(vectors::key(), vectors::digest(), vectors::signature()); }); });
  print("verify_instructions", scale.instructions(spent));
  print("verify_stack", thunk_stack.depth());
  return good;
}

void measure_parts(const Scale& scale) {
  BearCrypto crypto;
  static std::uint8_t bytes[64 * 1024];
  const ByteView all(bytes, sizeof bytes);
  print("sha256_instructions", scale.instructions(ticks_of([&] { (void)crypto.sha256(&all, 1); })));

  const Heartbeat heartbeat = samples::heartbeat();
  std::uint8_t buffer[kMaxHeartbeat];
  print("heartbeat_instructions",
        scale.instructions(ticks_of([&] { (void)device_wire::encode(heartbeat, buffer, sizeof buffer); })));

  fakes::DeviceFlash memory;
  MeasuredFlash flash(memory);
  Journal journal(flash);
  (void)journal.open();
  const ByteView record(bytes, 64);
  print("journal_instructions", scale.instructions(ticks_of([&] { (void)journal.append(1, record); })));
}

int run() {
  const Scale scale{Scale::measure()};
  const auto again = Scale::measure();
  if (scale.ticks == 0 || again + 1 < scale.ticks || again > scale.ticks + 1) {  // begins between two ticks
    std::printf("instruction counts do not repeat: run with -icount shift=0\n");
    return 1;
  }
  print("instructions_per_1000_ticks", static_cast<std::uint32_t>(Scale::kInstructions * 1000ull / scale.ticks));
  const Costs costs = run_scenarios();
  print("step_stack", costs.step);
  std::printf("step_stack_in %s\n", costs.deepest);
  print("begin_stack", costs.begin);
  print("early_boot_stack", costs.early_boot);
  print("early_boot_instructions", scale.instructions(costs.early_boot_ticks));
  print("command_instructions", scale.instructions(costs.command_ticks));
  measure_parts(scale);
  const bool good = measure_signature(scale);
  return good && !costs.failed ? 0 : 1;
}

}  // namespace
}  // namespace flotilla::lx106

int main() { return flotilla::lx106::run(); }
