// Every reason with a scenario that produces it on a device, as the daemon reads it in a heartbeat. A number without one
// fails: whoever adds a reason shows here how it comes about.
#include <gtest/gtest.h>

#include "common/reason.h"
#include "tests/fakes/config_rig.h"

namespace flotilla {
namespace {

using fakes::ConfigRig;
using fakes::DeviceRig;

using Produce = Reason (*)();

Reason refusal_of(DeviceRig& rig, const std::string& message) {
  rig.mqtt.retain(message);
  const bool refused =
      rig.run_until([&] { return !rig.mqtt.heartbeats.empty() && rig.last_heartbeat().refusal != Reason::None; });
  return refused ? rig.last_heartbeat().refusal : Reason::None;
}

Reason refusal_of(const std::string& message) {
  DeviceRig rig;
  return refusal_of(rig, message);
}

template <typename Change>
Reason refusal_of_command(Change change, CommandKind kind = CommandKind::Cancel) {
  DeviceRig rig;
  Command command = rig.command(kind, 1, 100);
  change(command);
  return refusal_of(rig, rig.sign(command));
}

template <typename Change>
Reason refusal_of_release(Change change) {
  DeviceRig rig;
  Manifest manifest = rig.manifest_of(rig.newer());
  change(manifest);
  return refusal_of(rig, rig.install(manifest, 1, 100));
}

Reason refusal_with_manifest(const std::string& signed_manifest) {
  DeviceRig rig;
  return refusal_of(rig, rig.sign(rig.install_command(signed_manifest, "1.1.0", 1, 100)));
}

std::string broken(std::string bytes) {
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  return bytes;
}

// Of the attempt that install() orders, once it has ended and the heartbeat says so.
Reason end_of(DeviceRig& rig, std::uint64_t step_ms = 500) {
  rig.step_ms = step_ms;
  rig.server.chunk = 1024;
  const auto ended = [&] {
    if (rig.mqtt.heartbeats.empty()) return false;
    const UpdateState state = rig.last_heartbeat().update_state;
    return state == UpdateState::Failed || state == UpdateState::RolledBack;
  };
  return rig.run_until(ended) ? rig.last_heartbeat().error : Reason::None;
}

template <typename Prepare>
Reason failure_of(Prepare prepare) {
  DeviceRig rig;
  prepare(rig);
  rig.mqtt.retain(rig.install());
  return end_of(rig);
}

// `prepare` meets the new image at its first boot. Its heartbeats may get nowhere; the old image's do.
template <typename Prepare>
Reason rollback_of(Prepare prepare) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  if (!rig.run_to(UpdateState::Armed)) return Reason::None;
  prepare(rig);
  rig.step_ms = 500;
  if (!rig.run_to(UpdateState::RolledBack)) return Reason::None;
  rig.link_at_boot = hal::Link::Up;
  rig.mqtt.acknowledges = true;
  return end_of(rig);
}

struct Row {
  Reason reason;
  Produce produce;
};

const Row kRefusals[] = {
    {Reason::Malformed, [] { return refusal_of("nonsense"); }},
    {Reason::UnknownKey,
     [] {
       DeviceRig rig;
       return refusal_of(rig, rig.sign(rig.command(CommandKind::Cancel, 1, 100), 31));
     }},
    {Reason::BadSignature,
     [] {
       DeviceRig rig;
       return refusal_of(rig, broken(rig.install()));
     }},
    {Reason::WrongDevice, [] { return refusal_of_command([](Command& c) { c.device_id = DeviceId("node-2"); }); }},
    {Reason::WrongTrustVersion, [] { return refusal_of_command([](Command& c) { c.trust_version = 2; }); }},
    {Reason::StaleSequence,
     [] {
       DeviceRig rig;
       rig.mqtt.retain(rig.install(5, 100));
       return rig.run_to(UpdateState::Downloading) ? refusal_of(rig, rig.install(4, 99)) : Reason::None;
     }},
    {Reason::Expired, [] { return refusal_of_command([](Command& c) { c.expires_at = 1; }); }},
    {Reason::ManifestUnknownKey,
     [] {
       DeviceRig rig;
       return refusal_with_manifest(rig.sign(rig.manifest_of(rig.newer()), 21));
     }},
    {Reason::ManifestSignature,
     [] {
       DeviceRig rig;
       return refusal_with_manifest(broken(rig.sign(rig.manifest_of(rig.newer()))));
     }},
    {Reason::WrongProduct, [] { return refusal_of_release([](Manifest& m) { m.product = Name("lamp"); }); }},
    {Reason::WrongHardware, [] { return refusal_of_release([](Manifest& m) { m.hardware.clear(); }); }},
    {Reason::ImageTooLarge,
     [] { return refusal_of_release([](Manifest& m) { m.image_size = flash_map::kImageMax + 4; }); }},
    {Reason::BelowMinimumVersion,
     [] { return refusal_of_release([](Manifest& m) { m.minimum_version.assign_cut("1.0.1"); }); }},
    {Reason::BelowSecurityFloor,
     [] {
       DeviceRig rig;
       Manifest manifest = rig.manifest_of(rig.newer(), 7);
       manifest.security_floor = 7;
       rig.mqtt.retain(rig.install(manifest, 1, 100));
       if (!rig.run_to(UpdateState::Confirmed)) return Reason::None;
       return refusal_of(rig, rig.install(rig.manifest_of(rig.old(), 6), 2, 101));
     }},
    {Reason::Busy,
     [] {
       DeviceRig rig;
       rig.newer().self_test = SelfTestResult::Pending;
       rig.mqtt.retain(rig.install());
       return rig.run_to(UpdateState::Trial) ? refusal_of(rig, rig.install(2, 101)) : Reason::None;
     }},
    {Reason::Unsupported,
     [] { return refusal_of_command([](Command& c) { c.file.path.assign_cut("/t"); }, CommandKind::UpdateTrust); }},
    {Reason::NothingToRevert, [] { return refusal_of_command([](Command&) {}, CommandKind::Revert); }},
    {Reason::WrongAttempt, [] { return refusal_of_command([](Command&) {}); }},
    {Reason::Unfit,
     [] {
       DeviceRig rig;
       rig.application.unfit_reason = "battery at 9 %";
       return refusal_of(rig, rig.install());
     }},
    {Reason::LowMemory,
     [] {
       DeviceRig rig;
       rig.config.vitals = [] { return Vitals{20'000, 6'000, -70}; };
       rig.config.minimum_block = 7'000;
       return refusal_of(rig, rig.install());
     }},
    {Reason::NoSlots,
     [] {
       DeviceRig rig;
       fakes::DeviceFlash small(0x100000);
       small.place(0, rig.flash.at(0), small.size());
       rig.flash = small;
       return refusal_of(rig, rig.install());
     }},
    {Reason::NoTime,
     [] {
       DeviceRig rig;
       rig.clock.time_known = false;
       return refusal_of(rig, rig.install());
     }},
};

const Row kFailures[] = {
    {Reason::DownloadDeadline, [] { return failure_of([](DeviceRig& r) { r.server.silent = true; }); }},
    {Reason::DownloadRefused, [] { return failure_of([](DeviceRig& r) { r.server.refuse_with = 403; }); }},
    {Reason::SizeMismatch, [] { return failure_of([](DeviceRig& r) { r.server.files["/1.1.0"] += "more"; }); }},
    {Reason::DigestMismatch, [] { return failure_of([](DeviceRig& r) { r.server.files["/1.1.0"][70'000] ^= 1; }); }},
    {Reason::BadImage,
     [] {
       return failure_of([](DeviceRig& r) {
         r.newer().bytes[0] = 0x42;
         r.newer().sha256 = r.crypto.hash(ByteView(std::string_view(r.newer().bytes)));
         r.server.files["/1.1.0"] = r.newer().bytes;
       });
     }},
    {Reason::FlashError,
     [] { return failure_of([](DeviceRig& r) { r.flash.corrupt_at = flash_map::kSlotImage[1] + 64 * 1024; }); }},
    {Reason::Cancelled,
     [] {
       DeviceRig rig;
       rig.mqtt.retain(rig.install(1, 100));
       if (!rig.run_to(UpdateState::Downloading)) return Reason::None;
       rig.mqtt.retain(rig.sign(rig.command(CommandKind::Cancel, 2, 100)));
       return end_of(rig, 10);
     }},
    {Reason::ArmFailed, [] { return failure_of([](DeviceRig& r) { r.boot_path.refuse_arm = true; }); }},
    {Reason::ConfigRejected,
     [] {
       ConfigRig rig;
       Provisioning foreign = rig.file_content("second");
       foreign.device_id = DeviceId("node-2");
       rig.mqtt.retain(rig.order(foreign));
       return end_of(rig, 10);
     }},
};

const Row kRollbacks[] = {
    {Reason::SelfTest, [] { return rollback_of([](DeviceRig& r) { r.newer().self_test = SelfTestResult::Failed; }); }},
    {Reason::NoWifi, [] { return rollback_of([](DeviceRig& r) { r.newer().no_network = true; }); }},
    {Reason::NoBroker, [] { return rollback_of([](DeviceRig& r) { r.link_at_boot = hal::Link::Refused; }); }},
    {Reason::Crash, [] { return rollback_of([](DeviceRig& r) { r.newer().crashes_at_boot = true; }); }},
    {Reason::Deadline, [] { return rollback_of([](DeviceRig& r) { r.link_at_boot = hal::Link::Unreachable; }); }},
    {Reason::NoOrder, [] { return rollback_of([](DeviceRig& r) { r.mqtt.delivers = false; }); }},
};

template <std::size_t kCount>
void expect_produced(const Row (&rows)[kCount]) {
  for (const auto& row : rows) {
    const Reason seen = row.produce();
    EXPECT_EQ(seen, row.reason) << to_string(row.reason) << " gave " << to_string(seen);
  }
}

TEST(Reasons, RefusalsAreProduced) { expect_produced(kRefusals); }
TEST(Reasons, FailuresAreProduced) { expect_produced(kFailures); }
TEST(Reasons, RollbacksAreProduced) { expect_produced(kRollbacks); }

template <std::size_t kCount>
bool has_row(const Row (&rows)[kCount], Reason reason) {
  return std::any_of(rows, rows + kCount, [&](const Row& row) { return row.reason == reason; });
}

TEST(Reasons, AllHaveAScenarioOfTheirKind) {
  int seen = 0;
  for (std::uint32_t number = 1; number < 255; ++number) {
    const Reason reason = reason_from_number(number);
    if (reason == Reason::Unknown) continue;
    ++seen;
    const bool there = number < 50    ? has_row(kRefusals, reason)
                       : number < 100 ? has_row(kFailures, reason)
                                      : has_row(kRollbacks, reason);
    EXPECT_TRUE(there) << number << ": " << to_string(reason) << " has no scenario in this file";
  }
  EXPECT_EQ(static_cast<std::size_t>(seen), std::size(kRefusals) + std::size(kFailures) + std::size(kRollbacks));
}

}  // namespace
}  // namespace flotilla
