// The names of the reasons: packed into flash for the device, read as they are on the host.
#pragma once

#include "common/flash_text.h"
#include "common/reason.h"

namespace flotilla {

constexpr NumberedName named(Reason reason, std::string_view name) { return {static_cast<std::uint8_t>(reason), name}; }

inline constexpr NumberedName kReasonNames[] = {
    named(Reason::None, "None"),
    named(Reason::Malformed, "Malformed"),
    named(Reason::UnknownKey, "UnknownKey"),
    named(Reason::BadSignature, "BadSignature"),
    named(Reason::WrongDevice, "WrongDevice"),
    named(Reason::WrongTrustVersion, "WrongTrustVersion"),
    named(Reason::StaleSequence, "StaleSequence"),
    named(Reason::Expired, "Expired"),
    named(Reason::ManifestUnknownKey, "ManifestUnknownKey"),
    named(Reason::ManifestSignature, "ManifestSignature"),
    named(Reason::WrongProduct, "WrongProduct"),
    named(Reason::WrongHardware, "WrongHardware"),
    named(Reason::ImageTooLarge, "ImageTooLarge"),
    named(Reason::BelowMinimumVersion, "BelowMinimumVersion"),
    named(Reason::BelowSecurityFloor, "BelowSecurityFloor"),
    named(Reason::Busy, "Busy"),
    named(Reason::Unsupported, "Unsupported"),
    named(Reason::NothingToRevert, "NothingToRevert"),
    named(Reason::WrongAttempt, "WrongAttempt"),
    named(Reason::Unfit, "Unfit"),
    named(Reason::LowMemory, "LowMemory"),
    named(Reason::NoSlots, "NoSlots"),
    named(Reason::NoTime, "NoTime"),
    named(Reason::DownloadDeadline, "DownloadDeadline"),
    named(Reason::DownloadRefused, "DownloadRefused"),
    named(Reason::SizeMismatch, "SizeMismatch"),
    named(Reason::DigestMismatch, "DigestMismatch"),
    named(Reason::BadImage, "BadImage"),
    named(Reason::FlashError, "FlashError"),
    named(Reason::Cancelled, "Cancelled"),
    named(Reason::ArmFailed, "ArmFailed"),
    named(Reason::ConfigRejected, "ConfigRejected"),
    named(Reason::SelfTest, "SelfTest"),
    named(Reason::NoWifi, "NoWifi"),
    named(Reason::NoBroker, "NoBroker"),
    named(Reason::Crash, "Crash"),
    named(Reason::Deadline, "Deadline"),
    named(Reason::NoOrder, "NoOrder"),
    named(Reason::Unknown, "Unknown"),
};

}  // namespace flotilla
