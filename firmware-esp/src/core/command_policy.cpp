#include "firmware-esp/src/core/command_policy.h"

#include "common/flash_map.h"
#include "proto/device/codec.h"

namespace flotilla {
namespace {

struct Question {
  CommandCase& subject;
  const DeviceFacts& facts;
  TrustCrypto& crypto;
  Envelope envelope;  // the command's, then (Install) the manifest's
};

constexpr std::uint32_t kMaxTrialBoots = 8;

// Each check answers with why it refuses, or with None. Within one the order of the lines is the order of the reasons.

// What needs no key comes first, because a signature check takes half a second of a board's time: a message for another
// device or another set of keys is answered with its true reason and not with UnknownKey. These lines read and compare;
// nothing but the refusal itself follows from them.
// The signature comes before everything that looks at the device's state or can lead to an effect: what an unsigned
// message asks for is never compared with the journal, so it cannot probe, move or block anything.
Reason check_origin(Question& q) {
  auto& command = q.subject.command;
  const auto& board = q.facts.board;
  if (!device_wire::decode(q.subject.message, q.envelope)) return Reason::Malformed;
  if (!device_wire::decode(q.envelope.payload, command)) return Reason::Malformed;
  if (command.device_id != board.device_id) return Reason::WrongDevice;
  if (command.trust_version != board.trust.version) return Reason::WrongTrustVersion;
  switch (verify_command(q.envelope, board.trust, q.crypto)) {
    case EnvelopeVerdict::Valid: break;
    case EnvelopeVerdict::UnknownKey: return Reason::UnknownKey;
    case EnvelopeVerdict::BadSignature: return Reason::BadSignature;
  }
  q.subject.digest = q.crypto.sha256(&q.envelope.payload, 1);
  return Reason::None;
}

// Sequence before expiry: an old command is stale whatever the clock says, and the daemon signs anew above it. NoTime
// stands where the expiry does: without the time nothing behind it may be answered.
Reason check_age(const Question& q, std::uint32_t last_sequence) {
  if (q.subject.command.sequence <= last_sequence) return Reason::StaleSequence;
  if (q.facts.now == 0) return Reason::NoTime;
  return q.facts.now > q.subject.command.expires_at ? Reason::Expired : Reason::None;
}

Reason check_cancel(const Question& q) {
  const auto& ledger = q.facts.ledger;
  const bool in_force = ledger.has_attempt() && ledger.attempt().attempt_id == q.subject.command.attempt_id;
  return in_force && next(ledger.state(), UpdateEvent::Fail) ? Reason::None : Reason::WrongAttempt;
}

// The signature comes before what the manifest says, as the command's does.
Reason check_manifest(Question& q) {
  // The command's own envelope has been checked and is not needed any more: RAM is short.
  if (!device_wire::decode(q.subject.command.install.signed_manifest, q.envelope)) return Reason::Malformed;
  if (!device_wire::decode(q.envelope.payload, q.subject.manifest)) return Reason::Malformed;
  switch (verify_manifest(q.envelope, q.facts.board.trust, q.crypto)) {
    case EnvelopeVerdict::Valid: break;
    case EnvelopeVerdict::UnknownKey: return Reason::ManifestUnknownKey;
    case EnvelopeVerdict::BadSignature: return Reason::ManifestSignature;
  }
  return Reason::None;
}

bool renews_known_attempt(const Question& q) {
  const auto& ledger = q.facts.ledger;
  const auto& attempt = ledger.attempt();
  const auto& command = q.subject.command;
  if (!ledger.has_attempt() || attempt.attempt_id != command.attempt_id) return false;
  switch (attempt.kind) {
    case AttemptKind::Install:
      return command.kind == CommandKind::Install && q.subject.manifest.image_sha256 == attempt.image_sha256;
    case AttemptKind::Revert: return command.kind == CommandKind::Revert;
    case AttemptKind::Config:
      return command.kind == CommandKind::UpdateConfig && command.file.sha256 == attempt.image_sha256;
  }
  return false;
}

bool is_own_hardware(const Question& q) {
  for (const auto& hardware : q.subject.manifest.hardware) {
    if (hardware == q.facts.board.hardware) return true;
  }
  return false;
}

Reason check_minimum_version(const Question& q) {
  const auto minimum = q.subject.manifest.minimum_version.view();
  if (minimum.empty()) return Reason::None;
  if (!is_version(minimum)) return Reason::Malformed;
  // A sketch without a proper version counts as 0.0.0: only a manifest that asks for nothing lets it through.
  const auto running = is_version(q.facts.running_version) ? q.facts.running_version : "0.0.0";
  return compare_versions(running, minimum) < 0 ? Reason::BelowMinimumVersion : Reason::None;
}

// Product and hardware come before size, minimum version and floor: of several reasons the one that says "not for this
// board at all" is the helpful one.
// What passes by itself (unfit, low memory) comes last, here and in the checks below: the daemon waits for it to end, so
// it must never stand before a reason for which waiting is in vain.
// Not inline: its locals would lie on the stack below the signature checks too, where a step is deepest.
[[gnu::noinline]] Reason check_install(const Question& q) {
  const auto& order = q.subject.command.install;
  const auto& manifest = q.subject.manifest;
  if (manifest.kind != ManifestKind::Image || manifest.encoding != Encoding::Raw) return Reason::Unsupported;
  const bool sound = order.trial_boots >= 1 && order.trial_boots <= kMaxTrialBoots && order.trial_seconds > 0 &&
                     order.download_seconds > 0 && !order.path.empty() && manifest.image_size > 0;
  if (!sound) return Reason::Malformed;
  if (manifest.product != q.facts.board.product) return Reason::WrongProduct;
  if (!is_own_hardware(q)) return Reason::WrongHardware;
  static_assert(flash_map::kImageMax <= flash_map::kSlotSize - flash_map::kSector,
                "the image area is the narrower one");
  if (manifest.image_size > flash_map::kImageMax) return Reason::ImageTooLarge;
  if (const Reason reason = check_minimum_version(q); reason != Reason::None) return reason;
  if (manifest.release_counter < q.facts.ledger.confirmed().security_floor) return Reason::BelowSecurityFloor;
  if (q.facts.unfit) return Reason::Unfit;
  return q.facts.low_memory ? Reason::LowMemory : Reason::None;
}

Reason check_revert(const Question& q) {
  const auto& previous = q.facts.ledger.previous();
  const auto& confirmed = q.facts.ledger.confirmed();
  if (previous.image_size == 0 || previous.slot == confirmed.slot) return Reason::NothingToRevert;
  if (previous.release_counter < confirmed.security_floor) return Reason::BelowSecurityFloor;
  return q.facts.unfit ? Reason::Unfit : Reason::None;
}

Reason check_config(const Question& q) {
  if (q.subject.command.file.path.empty()) return Reason::Malformed;
  return q.facts.low_memory ? Reason::LowMemory : Reason::None;
}

CommandDecision decide(Reason reason) {
  return {reason == Reason::None ? CommandOutcome::Accept : CommandOutcome::Refuse, reason};
}

// Of a command that is signed and in time.
CommandDecision decide_order(Question& q) {
  const CommandKind kind = q.subject.command.kind;
  const bool is_install = kind == CommandKind::Install;
  const bool is_revert = kind == CommandKind::Revert;
  if (kind == CommandKind::Cancel) return decide(check_cancel(q));
  if (!is_install && !is_revert && kind != CommandKind::UpdateConfig) return decide(Reason::Unsupported);
  // Where there are no slots no release helps, so the board need not check one's signatures.
  if ((is_install || is_revert) && !q.facts.has_slots) return decide(Reason::NoSlots);
  const Reason manifest = is_install ? check_manifest(q) : Reason::None;
  if (manifest != Reason::None) return decide(manifest);
  // Renewal comes after both signatures and before Busy: a daemon that lost its outbox signs the same attempt anew while
  // the device is on trial, and that must not cost the trial. The attempt passed the checks below when it began.
  if (renews_known_attempt(q)) return {CommandOutcome::Renew, Reason::None};
  if (q.facts.going_back || !next(q.facts.ledger.state(), UpdateEvent::Accept)) return decide(Reason::Busy);
  return decide(is_install ? check_install(q) : is_revert ? check_revert(q) : check_config(q));
}

}  // namespace

CommandDecision decide(CommandCase& subject, const DeviceFacts& facts, TrustCrypto& crypto) {
  Question question{subject, facts, crypto, {}};
  if (const Reason reason = check_origin(question); reason != Reason::None) return decide(reason);
  // Redelivery comes before sequence and expiry, because the retained order comes again at each reconnect, also long
  // after it expired, and that is neither stale nor a refusal.
  const auto& last = facts.ledger.last_command(facts.board.trust.version);
  if (subject.command.sequence == last.sequence && subject.digest == last.digest) {
    return {CommandOutcome::Redelivery, Reason::None};
  }
  if (const Reason reason = check_age(question, last.sequence); reason != Reason::None) return decide(reason);
  return decide_order(question);
}

}  // namespace flotilla
