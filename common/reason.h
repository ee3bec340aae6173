// Why a device refused a command, failed an attempt or went back: one numbered list for the wire, the journal and the
// database. Numbers are never reused; docs/protocol.md has a sentence for each.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/flash_text.h"

namespace flotilla {

enum class Reason : std::uint8_t {
  None = 0,

  // Refusals: the command had no effect.
  Malformed = 1,           // the envelope, the command or the manifest does not decode
  UnknownKey = 2,          // signed by a key that is not a current command key
  BadSignature = 3,        // the command's signature does not fit its bytes
  WrongDevice = 4,         // ordered for another device id
  WrongTrustVersion = 5,   // signed under another version of the trust store
  StaleSequence = 6,       // the sequence is not above the last one accepted
  Expired = 7,             // past its expiry
  ManifestUnknownKey = 8,  // too few signatures by known release keys
  ManifestSignature = 9,   // a release signature does not fit
  WrongProduct = 10,
  WrongHardware = 11,
  ImageTooLarge = 12,        // larger than a slot or the image area
  BelowMinimumVersion = 13,  // the running version is older than the release's minimum
  BelowSecurityFloor = 14,   // below the highest security floor this device has confirmed
  Busy = 15,                 // another attempt is past the point where it could be replaced
  Unsupported = 16,          // a kind of command or of encoding this agent does not know
  NothingToRevert = 17,      // no other confirmed image is in a slot
  WrongAttempt = 18,         // Cancel for an attempt that is not in force
  Unfit = 19,                // the application says so: battery, health
  LowMemory = 20,            // too little free heap, or no block large enough, for TLS
  NoSlots = 21,              // the flash has no room for two slots
  NoTime = 22,               // the device does not know the time, and so not whether the order has expired

  // Failures: the attempt ended before the new image ran.
  DownloadDeadline = 50,  // not complete within the order's download seconds
  DownloadRefused = 51,   // the server kept answering with an error until the deadline
  SizeMismatch = 52,      // the server's size is not the manifest's
  DigestMismatch = 53,    // the bytes in the slot do not have the signed SHA-256
  BadImage = 54,          // no ESP8266 image header, or its own length is not the manifest's
  FlashError = 55,        // a flash operation failed or did not read back
  Cancelled = 56,         // by command
  ArmFailed = 57,         // the boot path came back with the old image without having tried the new one
  ConfigRejected = 58,    // the new provisioning is malformed, for another board, or brings foreign anchors of trust

  // Rollbacks: the new image ran and was left.
  SelfTest = 100,  // the application's self-test said no
  NoWifi = 101,    // no network within the trial
  NoBroker = 102,  // network, but no acknowledged heartbeat within the trial
  Crash = 103,     // the trial boots were used up
  Deadline = 104,  // the trial's maximum seconds were used up
  NoOrder = 105,   // connected, but its own order never came back through the subscription

  Unknown = 255,  // stands for a number that a newer peer sent and this build does not know
};

// The enumerator's name, for the device's log.
[[nodiscard]] FlashText name_of(Reason reason);

// The reason of that number, Unknown where this build has no name for it.
[[nodiscard]] Reason reason_from_number(std::uint32_t number);

// The host's: the enumerator's name, for logs, tables and JSON, and one plain sentence for people, without a full stop.
[[nodiscard]] std::string_view to_string(Reason reason);
[[nodiscard]] std::string_view explain(Reason reason);

}  // namespace flotilla
