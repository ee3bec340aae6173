#include "tests/cuts/cut_harness.h"

#include <algorithm>

#include "tests/fakes/real_boot.h"

namespace flotilla::cuts {
namespace {

using fakes::BootPath;
using fakes::Damage;
using fakes::DeviceRig;
using fakes::Operation;

constexpr int kStepLimit = 20000;
constexpr std::size_t kMaxComplaints = 5;

enum class Event : std::uint8_t { PowerCut, Reset };

bool at_an_end(UpdateState state) {
  return state == UpdateState::Confirmed || state == UpdateState::Failed || state == UpdateState::RolledBack;
}

// The attempt is at its end, the image that stays runs, and its heartbeat said so.
bool is_over(DeviceRig& rig, std::uint64_t attempt) {
  if (!rig.agent || rig.boot_path.restart_wanted || rig.mqtt.heartbeats.empty()) return false;
  const auto state = rig.agent->state();
  const auto& last = rig.last_heartbeat();
  if (rig.agent->attempt_id() != attempt || !at_an_end(state)) return false;
  if (last.update_state != state || last.attempt_id != attempt) return false;
  if (state != UpdateState::RolledBack) return true;
  Ledger ledger(rig.flash);
  return ledger.open() && ledger.settled();
}

// Steps until `done`. What was complained of, or that it never came to an end.
template <typename Done>
Complaint run_watched(DeviceRig& rig, Watch& watch, Done done) {
  for (int i = 0; i < kStepLimit; ++i) {
    (void)rig.step();
    const Complaint complaint = watch.look();
    if (!complaint.empty() || watch.bricked()) return complaint;
    if (done()) return {};
  }
  return "it never comes to an end" + (rig.agent ? ", " + std::string(to_string(rig.agent->state())) : std::string());
}

class CutRun {
 public:
  CutRun(const Scenario& scenario, const Options& options)
      : scenario_(scenario), options_(options), whole_(scenario.image_size), cut_(scenario.image_size) {
    for (DeviceRig* rig : {&whole_, &cut_}) {
      scenario_.setup(*rig);
      rig->add_firmware({.version = kNextVersion, .size = 8 * 1024});
      forbid_strays(*rig);
      rig->flash.plant = options.plant;
      rig->boot_path.path = options.path;
      rig->boot_path.plug = rig == &whole_ ? &whole_loader_ : &cut_loader_;
      rig->boot_path.forgetful = options.forgetful_boot;
      rig->flash.overlapping_slots = options.overlapping_slots;
    }
  }

  Tally run() {
    scenario_.prepare(whole_);
    whole_.mqtt.heartbeats.clear();
    before_ = whole_.running() == nullptr ? "" : whole_.running()->version;
    foreign_ = foreign_records(whole_);
    scenario_.order(whole_);
    Watch watch(whole_, proven_now());
    watch_ = &watch;
    const std::size_t first = whole_.flash.operations();
    whole_.flash.before_operation = [this, first](const Operation& operation) {
      if (operation.kind == Operation::Kind::Erase && fakes::is_journal(operation.address)) ++tally_.compactions;
      if ((whole_.flash.operations() - first) % options_.every == 0) cut_at(operation);
    };
    Complaint complaint = run_watched(whole_, watch, [this] { return is_over(whole_, scenario_.attempt); });
    whole_.flash.before_operation = nullptr;
    tally_.operations = whole_.flash.operations() - first;
    if (complaint.empty()) complaint = judge_end(whole_, true);
    if (!complaint.empty()) tally_.complaints.push_back("without any cut: " + complaint);
    tally_.kinds = kinds_.size();
    return tally_;
  }

 private:
  void cut_at(const Operation& operation) {
    for (const auto damage : damages_of(operation)) {
      kinds_.insert(damage);
      suffer(operation, damage, Event::PowerCut);
    }
    if (options_.path != BootPath::Stock) return;
    suffer(operation, Damage::None, Event::Reset);
    suffer(operation, operation.kind == Operation::Kind::Other ? Damage::Done : Damage::FirstHalf, Event::Reset);
  }

  void suffer(const Operation& operation, Damage damage, Event event) {
    cut_.become(whole_, damage == Damage::Done);
    if (event == Event::PowerCut) cut_.boot_path.lose_power();
    cut_.flash.apply(operation, damage);
    ++(event == Event::PowerCut ? tally_.cuts : tally_.resets);
    const bool excused = options_.path == BootPath::Stock && event == Event::PowerCut && whole_.boot_path.copying();
    if (excused) ++tally_.copy_cuts;
    Watch watch(cut_, watch_->proven());
    Complaint complaint = run_watched(cut_, watch, [this] { return is_over(cut_, scenario_.attempt); });
    if (complaint.empty() && watch.bricked()) {
      ++(excused ? tally_.copy_bricked : tally_.bricked);
      if (excused) return;
      complaint = "bricked";
    }
    if (complaint.empty()) complaint = judge_end(cut_, false);
    if (complaint.empty()) {
      ++(cut_.running()->version == before_ ? tally_.ended_old : tally_.ended_new);
      complaint = next_update(cut_, watch, foreign_);
    }
    if (!complaint.empty()) complain(complaint, damage, event);
  }

  void complain(const Complaint& complaint, Damage damage, Event event) {
    if (tally_.complaints.size() == kMaxComplaints) return;
    const std::size_t number = whole_.flash.operations() + 1;
    tally_.complaints.push_back(std::string(scenario_.name) + ", " + (event == Event::Reset ? "reset" : "cut") +
                                " at operation " + std::to_string(number) + " (" +
                                fakes::kDamageNames[static_cast<int>(damage)] + "): " + complaint);
  }

  // The end that the scenario has without a cut; with one also that nothing was tried, because the boot path's order was
  // lost or never placed.
  Complaint judge_end(DeviceRig& rig, bool uncut) {
    const UpdateState state = rig.agent->state();
    const bool as_usual = state == scenario_.end && rig.agent->error() == scenario_.reason;
    const bool not_armed = !uncut && state == UpdateState::Failed && rig.agent->error() == Reason::ArmFailed;
    if (!as_usual && !not_armed) {
      return "it ended as " + std::string(to_string(state)) + " (" + std::string(to_string(rig.agent->error())) + ")";
    }
    if ((state == UpdateState::Confirmed) == (rig.running()->version == before_)) return "it ended on the wrong image";
    return audit(rig, foreign_);
  }

  Proven proven_now() { return {whole_.old().version, before_}; }

  const Scenario& scenario_;
  const Options& options_;
  DeviceRig whole_;
  DeviceRig cut_;
  fakes::RealBoot whole_loader_{whole_.flash};
  fakes::RealBoot cut_loader_{cut_.flash};
  Watch* watch_ = nullptr;
  std::string before_;  // the version that ran when the cuts began
  std::string foreign_;
  std::set<Damage> kinds_;
  Tally tally_;
};

}  // namespace

void Tally::add(const Tally& other) {
  operations += other.operations;
  compactions += other.compactions;
  cuts += other.cuts;
  resets += other.resets;
  kinds = std::max(kinds, other.kinds);
  ended_old += other.ended_old;
  ended_new += other.ended_new;
  bricked += other.bricked;
  copy_cuts += other.copy_cuts;
  copy_bricked += other.copy_bricked;
  complaints.insert(complaints.end(), other.complaints.begin(), other.complaints.end());
}

std::vector<Damage> damages_of(const Operation& operation) {
  using Kind = Operation::Kind;
  switch (operation.kind) {
    case Kind::Other: return {Damage::None, Damage::Done};
    case Kind::Write: return {Damage::None, Damage::FirstHalf, Damage::LastHalf, Damage::Speckled};
    case Kind::Erase: break;
  }
  return {Damage::None, Damage::FirstHalf, Damage::LastHalf, Damage::Speckled, Damage::Zeros};
}

Tally cut_everywhere(const Scenario& scenario, const Options& options) { return CutRun(scenario, options).run(); }

Complaint next_update(DeviceRig& rig, Watch& watch, const std::string& foreign_before) {
  constexpr std::uint64_t kAttempt = 900;
  rig.mqtt.retain(rig.install(rig.manifest_of(*rig.find(kNextVersion), 9), 90, kAttempt));
  const Complaint complaint = run_watched(rig, watch, [&rig] { return is_over(rig, kAttempt); });
  if (!complaint.empty()) return "in the next update: " + complaint;
  if (watch.bricked()) return "bricked in the next update";
  if (rig.agent->state() != UpdateState::Confirmed || rig.running()->version != kNextVersion) {
    return "the next update ended as " + std::string(to_string(rig.agent->state())) + " (" +
           std::string(to_string(rig.agent->error())) + ")";
  }
  const Complaint after = audit(rig, foreign_before);
  return after.empty() ? after : "after the next update: " + after;
}

}  // namespace flotilla::cuts
