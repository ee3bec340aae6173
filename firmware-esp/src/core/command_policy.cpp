#include "firmware-esp/src/core/command_policy.h"

#include <optional>

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
using Answer = std::optional<CommandDecision>;  // nothing: the next row is asked

constexpr std::uint32_t kMaxTrialBoots = 8;

Answer refuse(Reason reason) { return CommandDecision{CommandOutcome::Refuse, reason}; }
Answer refuse_if(bool wrong, Reason reason) { return wrong ? refuse(reason) : Answer{}; }

bool is_install(const Question& q) { return q.subject.command.kind == CommandKind::Install; }
bool is_update(const Question& q) { return is_install(q) || q.subject.command.kind == CommandKind::Revert; }
bool is_config(const Question& q) { return q.subject.command.kind == CommandKind::UpdateConfig; }

Answer decodes(Question& q) {
  if (!device_wire::decode(q.subject.message, q.envelope)) return refuse(Reason::Malformed);
  return refuse_if(!device_wire::decode(q.envelope.payload, q.subject.command), Reason::Malformed);
}

Answer own_id(Question& q) {
  return refuse_if(q.subject.command.device_id != q.facts.board.device_id, Reason::WrongDevice);
}

Answer own_trust_version(Question& q) {
  return refuse_if(q.subject.command.trust_version != q.facts.board.trust.version, Reason::WrongTrustVersion);
}

Answer signed_by_command_key(Question& q) {
  switch (verify_command(q.envelope, q.facts.board.trust, q.crypto)) {
    case EnvelopeVerdict::Valid: break;
    case EnvelopeVerdict::UnknownKey: return refuse(Reason::UnknownKey);
    case EnvelopeVerdict::BadSignature: return refuse(Reason::BadSignature);
  }
  q.subject.digest = q.crypto.sha256(&q.envelope.payload, 1);
  return {};
}

Answer not_redelivered(Question& q) {
  const auto& last = q.facts.ledger.last_command(q.facts.board.trust.version);
  if (q.subject.command.sequence != last.sequence || q.subject.digest != last.digest) return {};
  return CommandDecision{CommandOutcome::Redelivery, Reason::None};
}

Answer above_last_sequence(Question& q) {
  const auto last = q.facts.ledger.last_command(q.facts.board.trust.version).sequence;
  return refuse_if(q.subject.command.sequence <= last, Reason::StaleSequence);
}

Answer not_expired(Question& q) {
  if (q.facts.now == 0) return refuse(Reason::NoTime);
  return refuse_if(q.facts.now > q.subject.command.expires_at, Reason::Expired);
}

Answer known_kind(Question& q) {
  switch (q.subject.command.kind) {
    case CommandKind::Install:
    case CommandKind::Cancel:
    case CommandKind::Revert:
    case CommandKind::UpdateConfig: return {};
    case CommandKind::UpdateTrust:
    case CommandKind::InstallBootloader: break;
  }
  return refuse(Reason::Unsupported);
}

Answer has_slots(Question& q) { return refuse_if(is_update(q) && !q.facts.has_slots, Reason::NoSlots); }

Answer cancels_attempt_in_force(Question& q) {
  if (q.subject.command.kind != CommandKind::Cancel) return {};
  const auto& ledger = q.facts.ledger;
  const bool in_force = ledger.has_attempt() && ledger.attempt().attempt_id == q.subject.command.attempt_id;
  return refuse_if(!in_force || !next(ledger.state(), UpdateEvent::Fail), Reason::WrongAttempt);
}

Answer manifest_decodes(Question& q) {
  if (!is_install(q)) return {};
  // The command's own envelope has been checked and is not needed any more: RAM is short.
  if (!device_wire::decode(q.subject.command.install.signed_manifest, q.envelope)) {
    return refuse(Reason::Malformed);
  }
  return refuse_if(!device_wire::decode(q.envelope.payload, q.subject.manifest), Reason::Malformed);
}

Answer manifest_signed_by_release_keys(Question& q) {
  if (!is_install(q)) return {};
  switch (verify_manifest(q.envelope, q.facts.board.trust, q.crypto)) {
    case EnvelopeVerdict::Valid: break;
    case EnvelopeVerdict::UnknownKey: return refuse(Reason::ManifestUnknownKey);
    case EnvelopeVerdict::BadSignature: return refuse(Reason::ManifestSignature);
  }
  return {};
}

bool orders_what_is_in_force(const Question& q) {
  const auto& attempt = q.facts.ledger.attempt();
  switch (attempt.kind) {
    case AttemptKind::Install: return is_install(q) && q.subject.manifest.image_sha256 == attempt.image_sha256;
    case AttemptKind::Revert: return q.subject.command.kind == CommandKind::Revert;
    case AttemptKind::Config: return is_config(q) && q.subject.command.file.sha256 == attempt.image_sha256;
  }
  return false;
}

Answer renews_known_attempt(Question& q) {
  const auto& ledger = q.facts.ledger;
  if (!ledger.has_attempt() || ledger.attempt().attempt_id != q.subject.command.attempt_id) return {};
  const bool same = orders_what_is_in_force(q);
  return same ? Answer{CommandDecision{CommandOutcome::Renew, Reason::None}} : Answer{};
}

Answer no_other_past_replacing(Question& q) {
  if (q.subject.command.kind == CommandKind::Cancel) return {};
  return refuse_if(q.facts.going_back || !next(q.facts.ledger.state(), UpdateEvent::Accept), Reason::Busy);
}

Answer order_is_sound(Question& q) {
  if (is_config(q)) return refuse_if(q.subject.command.file.path.empty(), Reason::Malformed);
  if (!is_install(q)) return {};
  const auto& order = q.subject.command.install;
  const bool sound = order.trial_boots >= 1 && order.trial_boots <= kMaxTrialBoots && order.trial_seconds > 0 &&
                     order.download_seconds > 0 && !order.path.empty() && q.subject.manifest.image_size > 0;
  return refuse_if(!sound, Reason::Malformed);
}

Answer raw_image(Question& q) {
  if (!is_install(q)) return {};
  const auto& manifest = q.subject.manifest;
  return refuse_if(manifest.kind != ManifestKind::Image || manifest.encoding != Encoding::Raw, Reason::Unsupported);
}

Answer own_product(Question& q) {
  if (!is_install(q)) return {};
  return refuse_if(q.subject.manifest.product != q.facts.board.product, Reason::WrongProduct);
}

Answer own_hardware(Question& q) {
  if (!is_install(q)) return {};
  for (const auto& hardware : q.subject.manifest.hardware) {
    if (hardware == q.facts.board.hardware) return {};
  }
  return refuse(Reason::WrongHardware);
}

Answer fits_slot(Question& q) {
  if (!is_install(q)) return {};
  static_assert(flash_map::kImageMax <= flash_map::kSlotSize - flash_map::kSector,
                "the image area is the narrower one");
  return refuse_if(q.subject.manifest.image_size > flash_map::kImageMax, Reason::ImageTooLarge);
}

Answer above_minimum_version(Question& q) {
  if (!is_install(q) || q.subject.manifest.minimum_version.empty()) return {};
  const auto minimum = q.subject.manifest.minimum_version.view();
  if (!is_version(minimum)) return refuse(Reason::Malformed);
  // A sketch without a proper version counts as 0.0.0: only a manifest that asks for nothing lets it through.
  const auto running = is_version(q.facts.running_version) ? q.facts.running_version : "0.0.0";
  return refuse_if(compare_versions(running, minimum) < 0, Reason::BelowMinimumVersion);
}

Answer has_previous_image(Question& q) {
  if (q.subject.command.kind != CommandKind::Revert) return {};
  const auto& ledger = q.facts.ledger;
  const bool whole = ledger.previous().image_size != 0 && ledger.previous().slot != ledger.confirmed().slot;
  return refuse_if(!whole, Reason::NothingToRevert);
}

Answer above_security_floor(Question& q) {
  if (q.subject.command.kind == CommandKind::Cancel || is_config(q)) return {};
  const auto& ledger = q.facts.ledger;
  const auto counter = is_install(q) ? q.subject.manifest.release_counter : ledger.previous().release_counter;
  return refuse_if(counter < ledger.confirmed().security_floor, Reason::BelowSecurityFloor);
}

Answer fit(Question& q) { return refuse_if(is_update(q) && q.facts.unfit, Reason::Unfit); }

Answer memory_for_tls(Question& q) {
  const bool fetches = is_install(q) || q.subject.command.kind == CommandKind::UpdateConfig;
  return refuse_if(fetches && q.facts.low_memory, Reason::LowMemory);
}

using Row = Answer (*)(Question&);

// The order matters:
// - What needs no key comes first, because a signature check takes half a second of a board's time: a message for
//   another device or another set of keys is answered with its true reason and not with UnknownKey. These rows read
//   and compare; nothing but the refusal itself follows from them.
// - The signature comes before every row that looks at the device's state or can lead to an effect: what an unsigned
//   message asks for is never compared with the journal, so it cannot probe, move or block anything.
// - Redelivery comes before sequence and expiry, because the retained order comes again at each reconnect, also long
//   after it expired, and that is neither stale nor a refusal.
// - Sequence comes before expiry: an old command is stale whatever the clock says, and the daemon signs anew above it.
// - Where there are no slots no release helps, so the board need not check one's signatures.
// - The manifest's signature comes before what the manifest says, as the command's does.
// - Renewal comes after both signatures and before Busy: a daemon that lost its outbox signs the same attempt anew
//   while the device is on trial, and that must not cost the trial. The attempt passed the rows below when it began.
// - Product and hardware come before size, minimum version and floor: of several reasons the one that says "not for
//   this board at all" is the helpful one.
// - What passes by itself (unfit, low memory) comes last: the daemon waits for it to end, so it must never stand before
//   a reason for which waiting is in vain. It also comes behind redelivery and renewal, which begin nothing. NoTime
//   stands where the expiry does: without the time nothing behind it may be answered.
constexpr Row kRows[] = {
    decodes,
    own_id,
    own_trust_version,
    signed_by_command_key,
    not_redelivered,
    above_last_sequence,
    not_expired,
    known_kind,
    has_slots,
    cancels_attempt_in_force,
    manifest_decodes,
    manifest_signed_by_release_keys,
    renews_known_attempt,
    no_other_past_replacing,
    raw_image,
    order_is_sound,
    own_product,
    own_hardware,
    fits_slot,
    above_minimum_version,
    has_previous_image,
    above_security_floor,
    fit,
    memory_for_tls,
};

}  // namespace

CommandDecision decide(CommandCase& subject, const DeviceFacts& facts, TrustCrypto& crypto) {
  Question question{subject, facts, crypto, {}};
  for (const auto row : kRows) {
    if (const auto answer = row(question)) return *answer;
  }
  return {CommandOutcome::Accept, Reason::None};
}

}  // namespace flotilla
