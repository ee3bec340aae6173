// What the host says about reasons. The device sends their numbers.
#include "common/reason.h"
#include "common/reason_names.h"

namespace flotilla {

std::string_view to_string(Reason reason) {
  for (const auto& row : kReasonNames) {
    if (row.number == static_cast<std::uint8_t>(reason)) return row.name;
  }
  return "Unknown";
}

std::string_view explain(Reason reason) {
  switch (reason) {
    case Reason::None: return "no reason";
    case Reason::Malformed: return "the command could not be decoded";
    case Reason::UnknownKey: return "the command was not signed by a current command key";
    case Reason::BadSignature: return "the command's signature does not fit its content";
    case Reason::WrongDevice: return "the command was made for another device";
    case Reason::WrongTrustVersion: return "the command belongs to another version of the trust store";
    case Reason::StaleSequence: return "the command's sequence is not above the last accepted one";
    case Reason::Expired: return "the command has expired";
    case Reason::ManifestUnknownKey: return "too few signatures by known release keys";
    case Reason::ManifestSignature: return "a release signature does not fit the manifest";
    case Reason::WrongProduct: return "the release is for another product";
    case Reason::WrongHardware: return "the release is for other hardware";
    case Reason::ImageTooLarge: return "the image does not fit into a slot";
    case Reason::BelowMinimumVersion: return "the running version is older than the release allows";
    case Reason::BelowSecurityFloor: return "the release is below the confirmed security floor";
    case Reason::Busy: return "another update is past the point where it could be replaced";
    case Reason::Unsupported: return "the agent does not know this kind of command";
    case Reason::NothingToRevert: return "no other confirmed image is in a slot";
    case Reason::WrongAttempt: return "the attempt to cancel is not in force";
    case Reason::Unfit: return "the application says the device is not fit for an update now";
    case Reason::LowMemory: return "too little free memory for a TLS connection";
    case Reason::NoSlots: return "the flash has no room for two slots";
    case Reason::NoTime: return "the device does not know the time yet";
    case Reason::DownloadDeadline: return "the download did not finish in time";
    case Reason::DownloadRefused: return "the image server kept refusing the download";
    case Reason::SizeMismatch: return "the image server offered another size than the manifest";
    case Reason::DigestMismatch: return "the downloaded bytes do not have the signed SHA-256";
    case Reason::BadImage: return "the downloaded bytes are not a whole ESP8266 image";
    case Reason::FlashError: return "the flash could not be written";
    case Reason::Cancelled: return "the attempt was cancelled by command";
    case Reason::ArmFailed: return "the bootloader did not start the new image";
    case Reason::ConfigRejected: return "the new provisioning is not one this device may take";
    case Reason::SelfTest: return "the application's self-test failed";
    case Reason::NoWifi: return "the new image had no network";
    case Reason::NoBroker: return "the new image did not reach the broker";
    case Reason::Crash: return "the new image used up its trial boots";
    case Reason::Deadline: return "the trial took longer than its maximum";
    case Reason::NoOrder: return "the new image did not get its own order back";
    case Reason::Unknown: break;
  }
  return "a reason this version does not know";
}

}  // namespace flotilla
