#include "common/reason.h"

namespace flotilla {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  std::string_view sentence;
};

constexpr Row kRows[] = {
    {Reason::None, "None", "no reason"},
    {Reason::Malformed, "Malformed", "the command could not be decoded"},
    {Reason::UnknownKey, "UnknownKey", "the command was not signed by a current command key"},
    {Reason::BadSignature, "BadSignature", "the command's signature does not fit its content"},
    {Reason::WrongDevice, "WrongDevice", "the command was made for another device"},
    {Reason::WrongTrustVersion, "WrongTrustVersion", "the command belongs to another version of the trust store"},
    {Reason::StaleSequence, "StaleSequence", "the command's sequence is not above the last accepted one"},
    {Reason::Expired, "Expired", "the command has expired"},
    {Reason::ManifestUnknownKey, "ManifestUnknownKey", "too few signatures by known release keys"},
    {Reason::ManifestSignature, "ManifestSignature", "a release signature does not fit the manifest"},
    {Reason::WrongProduct, "WrongProduct", "the release is for another product"},
    {Reason::WrongHardware, "WrongHardware", "the release is for other hardware"},
    {Reason::ImageTooLarge, "ImageTooLarge", "the image does not fit into a slot"},
    {Reason::BelowMinimumVersion, "BelowMinimumVersion", "the running version is older than the release allows"},
    {Reason::BelowSecurityFloor, "BelowSecurityFloor", "the release is below the confirmed security floor"},
    {Reason::Busy, "Busy", "another update is past the point where it could be replaced"},
    {Reason::Unsupported, "Unsupported", "the agent does not know this kind of command"},
    {Reason::NothingToRevert, "NothingToRevert", "no other confirmed image is in a slot"},
    {Reason::WrongAttempt, "WrongAttempt", "the attempt to cancel is not in force"},
    {Reason::Unfit, "Unfit", "the application says the device is not fit for an update now"},
    {Reason::LowMemory, "LowMemory", "too little free memory for a TLS connection"},
    {Reason::NoSlots, "NoSlots", "the flash has no room for two slots"},
    {Reason::NoTime, "NoTime", "the device does not know the time yet"},
    {Reason::DownloadDeadline, "DownloadDeadline", "the download did not finish in time"},
    {Reason::DownloadRefused, "DownloadRefused", "the image server kept refusing the download"},
    {Reason::SizeMismatch, "SizeMismatch", "the image server offered another size than the manifest"},
    {Reason::DigestMismatch, "DigestMismatch", "the downloaded bytes do not have the signed SHA-256"},
    {Reason::BadImage, "BadImage", "the downloaded bytes are not a whole ESP8266 image"},
    {Reason::FlashError, "FlashError", "the flash could not be written"},
    {Reason::Cancelled, "Cancelled", "the attempt was cancelled by command"},
    {Reason::ArmFailed, "ArmFailed", "the bootloader did not start the new image"},
    {Reason::ConfigRejected, "ConfigRejected", "the new provisioning is not one this device may take"},
    {Reason::SelfTest, "SelfTest", "the application's self-test failed"},
    {Reason::NoWifi, "NoWifi", "the new image had no network"},
    {Reason::NoBroker, "NoBroker", "the new image did not reach the broker"},
    {Reason::Crash, "Crash", "the new image used up its trial boots"},
    {Reason::Deadline, "Deadline", "the trial took longer than its maximum"},
    {Reason::NoOrder, "NoOrder", "the new image did not get its own order back"},
    {Reason::Unknown, "Unknown", "a reason this version does not know"},
};

}  // namespace

std::string_view to_string(Reason reason) {
  for (const auto& row : kRows) {
    if (row.reason == reason) return row.name;
  }
  return "Unknown";
}

std::string_view explain(Reason reason) {
  for (const auto& row : kRows) {
    if (row.reason == reason) return row.sentence;
  }
  return explain(Reason::Unknown);
}

Reason reason_from_number(std::uint32_t number) {
  for (const auto& row : kRows) {
    if (static_cast<std::uint32_t>(row.reason) == number) return row.reason;
  }
  return Reason::Unknown;
}

}  // namespace flotilla
