#include "tests/lx106/bootloader/life.h"

namespace flotilla::lx106 {
namespace {

constexpr std::uint32_t kBootsAtMost = 40;
constexpr std::uint32_t kBootsAfter = 3;  // a settled board must stay so
constexpr std::uint32_t kWakes = 6;       // more than the trial boots
constexpr std::uint8_t kTrialBoots = 3;
constexpr std::uint32_t kArea = 4 * flash_map::kSector;  // more than both images

std::uint32_t size_of(const Image& image) { return static_cast<std::uint32_t>(image.size()); }

}  // namespace

Outcome Life::good_end() const {
  const bool confirms = scenario_.ending == Ending::Confirms || scenario_.ending == Ending::WakesThenConfirms;
  return confirms ? Outcome::New : Outcome::Old;
}

void Life::begin(const Cut& cut, std::uint32_t seed) {
  for (const auto area : {flash_map::kImage, flash_map::kSlotImage[0], flash_map::kSlotImage[1]}) {
    board_.erase_area(area, kArea);
  }
  board_.erase_area(flash_map::kBootJournal, 2 * flash_map::kSector);
  board_.place(flash_map::kImage, old_);
  board_.place(flash_map::kSlotImage[0], old_);
  board_.place(flash_map::kSlotImage[1], new_);
  board_.plan_cut(cut.operation, cut.damage, seed);
  starts_ = 0;
}

Life::Running Life::running(const Boot& boot) const {
  if (boot.end != Boot::End::Started) return Running::Neither;
  if (boot.image == 1 && board_.holds(flash_map::kImage, old_)) return Running::Old;
  if (boot.image == 2 && board_.holds(flash_map::kImage, new_)) return Running::New;
  return Running::Neither;
}

void Life::order_new() {
  hal::BootOrder order;
  order.slot = 1;
  order.length = size_of(new_);
  order.fallback_slot = 0;
  order.fallback_length = size_of(old_);
  order.trial_boots = kTrialBoots;
  (void)journal_.arm(order);
}

void Life::order_old() {
  hal::BootOrder order;
  order.length = size_of(old_);
  (void)journal_.arm(order);
}

bool Life::run_old() {
  const BootState state = journal_.state();
  if (state == BootState::Reverted) return true;
  if (state != BootState::Pending) order_new();
  return false;
}

bool Life::run_new() {
  ++starts_;
  switch (scenario_.ending) {
    case Ending::NeverConfirms:
    case Ending::DiesEarly: return false;
    case Ending::SelfTestFails: order_old(); return false;
    case Ending::WakesThenConfirms:
      if (starts_ >= kWakes) break;
      board_.leave_wake_token();
      return false;
    case Ending::Confirms:
      if (starts_ >= scenario_.at_start) break;
      return false;
  }
  return journal_.confirm() && journal_.state() == BootState::Confirmed;
}

// From here on the other slot belongs to the next download.
Outcome Life::settle(Running now) {
  const bool is_new = now == Running::New;
  board_.plan_cut(0, Damage::Nothing, 1);
  board_.erase_area(flash_map::kSlotImage[is_new ? 0 : 1], kArea);
  for (std::uint32_t i = 0; i < kBootsAfter; ++i) {
    const Running again = running(board_.boot(true));
    if (again == Running::Neither) return Outcome::Bricked;
    if (again != now || journal_.state() != (is_new ? BootState::Confirmed : BootState::Reverted)) {
      return Outcome::Unsettled;
    }
  }
  return is_new ? Outcome::New : Outcome::Old;
}

Report Life::live(const Cut& cut, std::uint32_t seed) {
  begin(cut, seed);
  Report report;
  bool power_was_off = true;
  for (report.boots = 1; report.boots <= kBootsAtMost; ++report.boots) {
    const Boot boot = board_.boot(power_was_off);
    if (boot.stack > report.stack) report.stack = boot.stack;
    power_was_off = boot.end == Boot::End::PowerCut;
    if (power_was_off) continue;
    const Running now = running(boot);
    report.operations = board_.operations();
    if (now == Running::Neither) {
      report.outcome = Outcome::Bricked;
      break;
    }
    bool content = false;
    power_was_off = !board_.power([&] { content = now == Running::Old ? run_old() : run_new(); });
    report.operations = board_.operations();
    if (!content) continue;
    report.outcome = settle(now);
    break;
  }
  return report;
}

}  // namespace flotilla::lx106
