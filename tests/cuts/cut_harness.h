// Cuts the power at every operation of a scenario. The scenario runs once; before each of its durable operations a second
// board takes over the world as it is, suffers the cut with one kind of damage, boots again, and is watched to the end
// of the update and through the next one.
#pragma once

#include <string>
#include <vector>

#include "tests/cuts/cut_board.h"

namespace flotilla::cuts {

struct Scenario {
  const char* name;
  void (*setup)(fakes::DeviceRig&);    // which firmwares there are and how they behave; runs nothing
  void (*prepare)(fakes::DeviceRig&);  // runs up to where the cuts begin
  void (*order)(fakes::DeviceRig&);    // what is then asked for
  std::uint64_t attempt = 100;         // that attempt
  UpdateState end = UpdateState::Confirmed;
  Reason reason = Reason::None;
  std::uint32_t image_size = 72 * 1024;  // one record of the progress, and some
};

struct Options {
  fakes::BootPath path = fakes::BootPath::PowerSafe;
  fakes::Plant plant = fakes::Plant::None;
  bool forgetful_boot = false;     // a planted fault: a cut loses the power-safe path's order
  bool overlapping_slots = false;  // a planted fault: erasing in one slot erases in the other
  std::size_t every = 1;           // cut only at each so-manieth operation
};

// Sanitizers cost ten times the time, and look for something else: a sample of the cuts serves them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSample = true;
#else
inline constexpr bool kSample = false;
#endif

struct Tally {
  std::size_t operations = 0;
  std::size_t compactions = 0;
  std::size_t cuts = 0;    // operations times kinds of damage
  std::size_t resets = 0;  // the same with RTC memory kept; Stock only
  std::size_t kinds = 0;   // of damage
  std::size_t ended_old = 0;
  std::size_t ended_new = 0;
  std::size_t bricked = 0;       // where nothing excuses it
  std::size_t copy_cuts = 0;     // inside eboot's copy
  std::size_t copy_bricked = 0;  // and these left no whole image
  std::vector<std::string> complaints;

  void add(const Tally& other);
};

// What a power cut may leave of it.
[[nodiscard]] std::vector<fakes::Damage> damages_of(const fakes::Operation& operation);

[[nodiscard]] Tally cut_everywhere(const Scenario& scenario, const Options& options = {});

// The starting states of the issue, one row each.
[[nodiscard]] const std::vector<Scenario>& scenarios();
[[nodiscard]] const Scenario& scenario(const std::string& name);

// The next update of any board: a small image that must be confirmed. Empty: it was.
[[nodiscard]] Complaint next_update(fakes::DeviceRig& rig, Watch& watch, const std::string& foreign_before);
inline constexpr const char* kNextVersion = "9.0.0";

}  // namespace flotilla::cuts
