// What the journal's records hold. Each type's layout is the order of its fields here, little endian, texts as a length
// byte and their full capacity. Type numbers and layouts are frozen; new information takes a new type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "common/digest.h"
#include "common/messages.h"
#include "common/reason.h"
#include "common/update_state.h"
#include "firmware-esp/src/core/journal.h"

namespace flotilla {

enum class RecordType : std::uint16_t {
  Boots = 1,
  LastCommand = 2,
  Attempt = 3,
  AttemptState = 4,
  Progress = 5,
  TrialUse = 6,
  Confirmed = 7,
  Previous = 8,
  ConfigUse = 9,
  ConfigTrial = 10,
  Silence = 11,
  Unwanted = 12,
};

// Ties the small records to the attempt they belong to: the first 8 bytes of the order's SHA-256.
using OrderTag = std::uint64_t;

struct BootsRecord {
  static constexpr RecordType kType = RecordType::Boots;
  std::uint32_t count = 0;
};

// The last command accepted that is no new attempt (Cancel, a renewed order); attempts carry their own.
struct LastCommandRecord {
  static constexpr RecordType kType = RecordType::LastCommand;
  std::uint32_t trust_version = 0;
  std::uint32_t sequence = 0;
  Digest digest;  // SHA-256 of the envelope's payload
};

enum class AttemptKind : std::uint8_t { Install = 1, Revert = 2, Config = 3 };

// An accepted order, whole: writing it is what accepts the order, in one record, so that no cut can spend the sequence
// and lose the order. Config: the SHA-256 is that of the file, and nothing else is said about an image.
struct AttemptRecord {
  static constexpr RecordType kType = RecordType::Attempt;
  LastCommandRecord command;
  std::uint64_t attempt_id = 0;
  AttemptKind kind = AttemptKind::Install;
  std::uint8_t trial_boots = 0;
  std::uint32_t download_seconds = 0;
  std::uint32_t trial_seconds = 0;
  std::uint32_t trial_maximum_seconds = 0;
  std::uint32_t image_size = 0;
  Digest image_sha256;
  std::uint32_t release_counter = 0;
  std::uint32_t security_floor = 0;
  std::uint64_t created_at = 0;
  VersionText version;
  FixedString<kMaxPath> path;

  [[nodiscard]] OrderTag tag() const;
};

// Counts only with the tag of the attempt in force; without one the attempt is Accepted.
struct AttemptStateRecord {
  static constexpr RecordType kType = RecordType::AttemptState;
  OrderTag tag = 0;
  UpdateState state = UpdateState::Accepted;
  Reason reason = Reason::None;
  bool settled = false;  // RolledBack: the old image was seen running again
};

struct ProgressRecord {
  static constexpr RecordType kType = RecordType::Progress;
  OrderTag tag = 0;
  // In the slot for certain, from the image's begin; a multiple of 64 KiB, or all. Config: not 0 once the copy of the
  // provisioning that is not in use was touched.
  std::uint32_t bytes = 0;
  std::uint32_t seconds = 0;  // of the download's time used
};

struct TrialUseRecord {
  static constexpr RecordType kType = RecordType::TrialUse;
  OrderTag tag = 0;
  std::uint8_t boots = 0;
  std::uint8_t ways_back = 0;       // how often the way back was armed
  std::uint32_t seconds = 0;        // in which the image could be blamed
  std::uint32_t total_seconds = 0;  // in all
};

// The image to keep: it lies in a slot, whole.
struct ConfirmedRecord {
  static constexpr RecordType kType = RecordType::Confirmed;
  OrderTag tag = 0;  // of the attempt that brought it; 0: copied from the image area
  std::uint8_t slot = 0;
  std::uint32_t image_size = 0;
  Digest image_sha256;
  std::uint32_t release_counter = 0;
  std::uint32_t security_floor = 0;  // the highest ever confirmed, not only this image's
  std::uint64_t clock_floor = 0;     // the newest created_at ever confirmed
  VersionText version;
};

// The confirmed image before that one, as long as its slot was not written again. Layout as Confirmed.
struct PreviousRecord : ConfirmedRecord {
  static constexpr RecordType kType = RecordType::Previous;
};

// The provisioning block to use from the next boot on. Without one, or where no good copy has that version, the good copy
// with the highest version is used.
struct ConfigUseRecord {
  static constexpr RecordType kType = RecordType::ConfigUse;
  std::uint32_t version = 0;
};

// What a Config attempt changes from and to.
struct ConfigTrialRecord {
  static constexpr RecordType kType = RecordType::ConfigTrial;
  OrderTag tag = 0;
  std::uint32_t old_version = 0;
  std::uint32_t new_version = 0;
};

// How long a board that sleeps has not heard of the broker, over its wakes.
struct SilenceRecord {
  static constexpr RecordType kType = RecordType::Silence;
  std::uint32_t seconds = 0;
};

// An image that failed its trial and stays all the same, because there was no way back: nothing but another trial may
// make it the one to keep.
struct UnwantedRecord {
  static constexpr RecordType kType = RecordType::Unwanted;
  Digest image_sha256;  // zeros: none
};

// The ledger treats them alike: plain bytes with the tag in front.
template <typename Record>
inline constexpr bool kBeginsWithTag = std::is_trivially_copyable<Record>::value&& offsetof(Record, tag) == 0;
static_assert(kBeginsWithTag<AttemptStateRecord> && kBeginsWithTag<ProgressRecord>);
static_assert(kBeginsWithTag<TrialUseRecord> && kBeginsWithTag<ConfigTrialRecord>);

// By the layout of that type; `out` and `record` point to the structure above that has it.
[[nodiscard]] bool load_record(Journal& journal, RecordType type, void* out);
[[nodiscard]] bool store_record(Journal& journal, RecordType type, const void* record);

// false when there is none, it is too short, or holds what this version cannot mean; `out` is then undefined.
template <typename Record>
[[nodiscard]] bool load(Journal& journal, Record& out) {
  return load_record(journal, Record::kType, &out);
}

template <typename Record>
[[nodiscard]] bool store(Journal& journal, const Record& record) {
  return store_record(journal, Record::kType, &record);
}

}  // namespace flotilla
