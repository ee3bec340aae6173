// What must hold on a board at any time, whatever was cut: watched while it runs, and audited at the end of an update.
#pragma once

#include <set>
#include <string>

#include "tests/fakes/device_rig.h"

namespace flotilla::cuts {

// Empty: all is well. Otherwise what is wrong, in one line.
using Complaint = std::string;

// The versions that passed a trial or came by cable. Only they may run without one.
using Proven = std::set<std::string>;

// Watches a running board: every heartbeat says truly what runs, and nothing unproven runs but on trial.
class Watch {
 public:
  Watch(fakes::DeviceRig& rig, Proven proven) : rig_(rig), proven_(std::move(proven)) {}

  // After each step.
  [[nodiscard]] Complaint look();
  [[nodiscard]] const Proven& proven() const { return proven_; }
  // The image area holds no whole image and nothing is under way that would make it one.
  [[nodiscard]] bool bricked() const { return bricked_; }

 private:
  [[nodiscard]] Complaint look_at_heartbeats();

  fakes::DeviceRig& rig_;
  Proven proven_;
  const fakes::Firmware* running_ = nullptr;
  int boots_ = -1;
  std::size_t heartbeats_ = 0;
  bool bricked_ = false;
};

// The flash of a board at rest: bootloader untouched, journal readable, the confirmed image whole in its slot, foreign
// records as they were, nothing written where nothing may be.
[[nodiscard]] Complaint audit(fakes::DeviceRig& rig, const std::string& foreign_before);

// The records of types that no agent of ours knows, as text to compare.
[[nodiscard]] std::string foreign_records(fakes::DeviceRig& rig);
inline constexpr std::uint16_t kForeignTypes[] = {0x700, 0x701, 0x702, 0x7FE};

// Lets the rig's flash count what is written outside of slots and journal, or outside the image area by the boot path.
// `config`: the provisioning copy that is not in use may be written as well.
void forbid_strays(fakes::DeviceRig& rig, bool config = false);

}  // namespace flotilla::cuts
