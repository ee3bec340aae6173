#include "tests/bootloader/life.h"

namespace flotilla::bootloader_test {
namespace {

constexpr std::uint32_t kBootsAtMost = 60;
constexpr std::uint32_t kBootsAfter = 4;  // a settled board must stay so
constexpr std::uint8_t kTrialBoots = 3;
constexpr std::uint32_t kWakes = 6;  // more than the trial boots

Image make_image(std::uint32_t size, NorCells& random) {
  Image image(size);
  for (auto& byte : image) byte = static_cast<std::uint8_t>(random.random());
  const std::uint8_t header[8] = {0xE9, 4, 0, 0x40, 0x04, 0x00, 0x10, 0x40};
  std::copy(std::begin(header), std::end(header), image.begin());
  return image;
}

}  // namespace

// The agent's view of the cells.
class Life::Flash final : public hal::Flash {
 public:
  explicit Flash(NorCells& cells) : cells_(cells) {}
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override {
    cells_.read(address, out, static_cast<std::uint32_t>(size));
    return true;
  }
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override {
    cells_.program(address, bytes, static_cast<std::uint32_t>(size));
    return true;
  }
  bool erase_sector(std::uint32_t address) override {
    cells_.erase(address, false);
    return true;
  }
  std::uint32_t size() override { return kSize; }

 private:
  NorCells& cells_;
};

namespace {

constexpr BootMap kAgentMap = {{kJournal[0], kJournal[1]}, {kSlot[0], kSlot[1]}};

hal::BootOrder order_of(std::uint8_t slot, std::uint32_t size) {
  hal::BootOrder order;
  order.slot = slot;
  order.length = size;
  return order;
}

}  // namespace

Life::Life(const Scenario& scenario, Prepare prepare) : scenario_(scenario), prepare_(prepare) {
  start_.plan({}, scenario.seed * 2654435761U);
  old_ = make_image(scenario.old_size, start_);
  new_ = make_image(scenario.new_size, start_);
  start_.place(kImage, old_);
  start_.place(kSlot[0], old_);
  make_history(scenario);
  start_.place(kSlot[1], new_);
  cells_ = start_;
  start_sequence_ = newest_sequence();
}

// What earlier transactions left, made by the same code that makes them on a board.
void Life::make_history(const Scenario& scenario) {
  Flash flash(start_);
  BootTransactions journal(flash, kAgentMap);
  const auto boot_once = [&] { return prepare_ == nullptr || run_bootloader(prepare_, start_, rtc_) == BOOT_START; };
  const auto other = make_image(900, start_);
  bool good = true;
  switch (scenario.history) {
    case History::Empty: break;
    case History::Kept: good = journal.keep(0, scenario.old_size); break;
    case History::Junk: start_.scribble(kJournal[0], 2 * kJournalSector); break;
    case History::Updated:
      good = journal.arm(order_of(0, scenario.old_size)) && boot_once() && journal.confirm();
      break;
    case History::RolledBack: {
      start_.place(kSlot[1], other);
      hal::BootOrder order = order_of(1, 900);
      order.fallback_length = scenario.old_size;
      order.trial_boots = kTrialBoots;
      good = journal.arm(order);
      for (int i = 0; i <= kTrialBoots; ++i) good = good && boot_once();
      break;
    }
    case History::Open: {
      start_.place(kSlot[1], other);
      hal::BootOrder order = order_of(1, 900);
      order.fallback_length = scenario.old_size;
      order.trial_boots = kTrialBoots;
      good = journal.arm(order);
      break;
    }
  }
  if (!good) throw Forbidden("the history could not be made");
}

std::uint32_t Life::newest_sequence() {
  std::uint32_t newest = 0;
  for (const auto sector : kJournal) {
    boot_transaction body;
    std::uint32_t go = 0;
    cells_.read(sector, &body, sizeof body);
    cells_.read(sector + BOOT_GO, &go, sizeof go);
    if (body.magic == BOOT_MAGIC && go != 0xFFFFFFFF && body.sequence > newest) newest = body.sequence;
  }
  return newest;
}

Outcome Life::good_end() const {
  const bool confirms = scenario_.ending == Ending::Confirms || scenario_.ending == Ending::WakesThenConfirms;
  return confirms ? Outcome::New : Outcome::Old;
}

Life::Running Life::boot() {
  cells_.power_up();
  if (prepare_ == nullptr) {
    run_stock_eboot(cells_, rtc_);
  } else if (run_bootloader(prepare_, cells_, rtc_) != BOOT_START) {
    return Running::Neither;
  }
  if (cells_.holds(kImage, old_)) return Running::Old;
  if (cells_.holds(kImage, new_)) return Running::New;
  return Running::Neither;
}

bool Life::order(std::uint8_t slot, std::uint32_t size, bool trial) {
  if (prepare_ == nullptr) {
    rtc_.copy_command = boot_image{kSlot[slot], size, 0};
    return true;
  }
  Flash flash(cells_);
  BootTransactions journal(flash, kAgentMap);
  hal::BootOrder order = order_of(slot, size);
  if (trial) {
    order.fallback_length = scenario_.old_size;
    order.trial_boots = kTrialBoots;
  }
  return journal.arm(order);
}

bool Life::run_old() {
  if (prepare_ == nullptr) {
    if (ordered_) return true;  // one attempt; the agent's own journal knows that it came to nothing
    ordered_ = order(1, scenario_.new_size, true);
    return false;
  }
  Flash flash(cells_);
  BootTransactions journal(flash, kAgentMap);
  const bool mine = newest_sequence() > start_sequence_;
  if (mine && journal.state() == BootState::Reverted) return true;
  if (mine && journal.state() == BootState::Pending) return false;  // cut in between: the next reset carries it out
  (void)order(1, scenario_.new_size, true);
  return false;
}

bool Life::run_new() {
  ++starts_;
  if (scenario_.ending == Ending::DiesEarly || scenario_.ending == Ending::NeverConfirms) {
    // Under the stock eboot the image itself counts its boots; where it dies early nobody does.
    if (prepare_ == nullptr && scenario_.ending == Ending::NeverConfirms && starts_ > kTrialBoots) {
      (void)order(0, scenario_.old_size, false);
    }
    return false;
  }
  if (starts_ < scenario_.at_start) return false;
  if (scenario_.ending == Ending::SelfTestFails) {
    (void)order(0, scenario_.old_size, false);
    return false;
  }
  if (prepare_ == nullptr) return true;
  Flash flash(cells_);
  BootTransactions journal(flash, kAgentMap);
  if (scenario_.ending == Ending::WakesThenConfirms && starts_ < kWakes) {
    rtc_.wake_token = true;
    return false;
  }
  return journal.confirm() && journal.state() == BootState::Confirmed;
}

// The agent's view and the bootloader's: the journal names what runs.
bool Life::agrees(Running running) {
  if (prepare_ == nullptr) return true;
  Flash flash(cells_);
  const BootState state = BootTransactions(flash, kAgentMap).state();
  return state == (running == Running::New ? BootState::Confirmed : BootState::Reverted);
}

// From here on the other slot belongs to the next download, and what is weak has time to decay.
Report Life::settle(Running running, Report report) {
  cells_.decay();
  const bool is_new = running == Running::New;
  cells_.scribble(kSlot[is_new ? 0 : 1], kImageMax);
  for (std::uint32_t i = 0; i < kBootsAfter; ++i) {
    const Running again = boot();
    if (again == Running::Neither) {
      report.outcome = Outcome::Bricked;
      return report;
    }
    if (again != running || !agrees(running)) return report;
  }
  report.outcome = is_new ? Outcome::New : Outcome::Old;
  return report;
}

Report Life::live(const std::vector<Cut>& cuts, std::uint32_t seed) {
  cells_ = start_;
  cells_.plan(cuts, seed);
  rtc_ = {};
  starts_ = 0;
  ordered_ = left_ = false;
  Report report;
  for (report.boots = 1; report.boots <= kBootsAtMost; ++report.boots) {
    try {
      const Running running = boot();
      if (running == Running::Neither) {
        report.outcome = Outcome::Bricked;
        break;
      }
      if (running == Running::Old ? run_old() : run_new()) {
        report = settle(running, report);
        break;
      }
    } catch (const PowerCut&) {
      rtc_ = {};
    }
  }
  report.operations = cells_.operations();
  return report;
}

}  // namespace flotilla::bootloader_test
