#include "firmware-esp/src/core/records.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "common/flash_text.h"

namespace flotilla {
namespace {

enum class Kind : std::uint8_t {
  Record,  // the fields of the record type `size` follow
  Bytes,   // as they are in RAM: little-endian numbers, digests
  Text,    // its length in one byte, then all of its capacity, so that records keep one size
  Flag,    // one byte, 0 or not
  Code,    // a Reason: Unknown where this version has no name for the number
  Number,  // one byte; outside first..last it is no record of this version
};

// One word a field, because such words can stay in flash. Bits, from the lowest: 3 kind, 8 size, 12 offset in the record's
// structure, 4 first, 5 last.
constexpr std::uint32_t field(Kind kind, std::size_t offset, std::size_t size, unsigned first = 0, unsigned last = 0) {
  return static_cast<std::uint32_t>(kind) | static_cast<std::uint32_t>(size) << 3 |
         static_cast<std::uint32_t>(offset) << 11 | first << 23 | last << 27;
}

constexpr std::uint32_t begin(RecordType type) { return field(Kind::Record, 0, static_cast<std::size_t>(type)); }

template <typename T>
struct Shape {
  static constexpr std::uint32_t at(std::size_t offset) { return field(Kind::Bytes, offset, sizeof(T)); }
};
template <std::size_t N>
struct Shape<FixedString<N>> {
  static constexpr std::uint32_t at(std::size_t offset) { return field(Kind::Text, offset, N); }
};
template <>
struct Shape<bool> {
  static constexpr std::uint32_t at(std::size_t offset) { return field(Kind::Flag, offset, 1); }
};
template <>
struct Shape<Reason> {
  static constexpr std::uint32_t at(std::size_t offset) { return field(Kind::Code, offset, 1); }
};
template <>
struct Shape<UpdateState> {
  static constexpr std::uint32_t at(std::size_t offset) {
    return field(Kind::Number, offset, 1, 0, static_cast<unsigned>(UpdateState::Failed));
  }
};
template <>
struct Shape<AttemptKind> {
  static constexpr std::uint32_t at(std::size_t offset) {
    return field(Kind::Number, offset, 1, static_cast<unsigned>(AttemptKind::Install),
                 static_cast<unsigned>(AttemptKind::Config));
  }
};
static_assert(sizeof(LastCommandRecord) == 40 && sizeof(Digest) == 32, "moved as they are: no padding");

#define FLOTILLA_RECORD_FIELD(record, member) Shape<decltype(record::member)>::at(offsetof(record, member))

// The layouts, frozen. Previous has that of Confirmed.
// clang-format off
FLOTILLA_IN_FLASH constexpr std::uint32_t kLayouts[] = {
    begin(RecordType::Boots),
        FLOTILLA_RECORD_FIELD(BootsRecord, count),
    begin(RecordType::LastCommand),
        FLOTILLA_RECORD_FIELD(LastCommandRecord, trust_version),
        FLOTILLA_RECORD_FIELD(LastCommandRecord, sequence),
        FLOTILLA_RECORD_FIELD(LastCommandRecord, digest),
    begin(RecordType::Attempt),
        FLOTILLA_RECORD_FIELD(AttemptRecord, command),
        FLOTILLA_RECORD_FIELD(AttemptRecord, attempt_id),
        FLOTILLA_RECORD_FIELD(AttemptRecord, kind),
        FLOTILLA_RECORD_FIELD(AttemptRecord, trial_boots),
        FLOTILLA_RECORD_FIELD(AttemptRecord, download_seconds),
        FLOTILLA_RECORD_FIELD(AttemptRecord, trial_seconds),
        FLOTILLA_RECORD_FIELD(AttemptRecord, trial_maximum_seconds),
        FLOTILLA_RECORD_FIELD(AttemptRecord, image_size),
        FLOTILLA_RECORD_FIELD(AttemptRecord, image_sha256),
        FLOTILLA_RECORD_FIELD(AttemptRecord, release_counter),
        FLOTILLA_RECORD_FIELD(AttemptRecord, security_floor),
        FLOTILLA_RECORD_FIELD(AttemptRecord, created_at),
        FLOTILLA_RECORD_FIELD(AttemptRecord, version),
        FLOTILLA_RECORD_FIELD(AttemptRecord, path),
    begin(RecordType::AttemptState),
        FLOTILLA_RECORD_FIELD(AttemptStateRecord, tag),
        FLOTILLA_RECORD_FIELD(AttemptStateRecord, state),
        FLOTILLA_RECORD_FIELD(AttemptStateRecord, reason),
        FLOTILLA_RECORD_FIELD(AttemptStateRecord, settled),
    begin(RecordType::Progress),
        FLOTILLA_RECORD_FIELD(ProgressRecord, tag),
        FLOTILLA_RECORD_FIELD(ProgressRecord, bytes),
        FLOTILLA_RECORD_FIELD(ProgressRecord, seconds),
    begin(RecordType::TrialUse),
        FLOTILLA_RECORD_FIELD(TrialUseRecord, tag),
        FLOTILLA_RECORD_FIELD(TrialUseRecord, boots),
        FLOTILLA_RECORD_FIELD(TrialUseRecord, ways_back),
        FLOTILLA_RECORD_FIELD(TrialUseRecord, seconds),
        FLOTILLA_RECORD_FIELD(TrialUseRecord, total_seconds),
    begin(RecordType::Confirmed),
        FLOTILLA_RECORD_FIELD(ConfirmedRecord, tag),
        field(Kind::Number, offsetof(ConfirmedRecord, slot), 1, 0, 1),
        FLOTILLA_RECORD_FIELD(ConfirmedRecord, image_size),
        FLOTILLA_RECORD_FIELD(ConfirmedRecord, image_sha256),
        FLOTILLA_RECORD_FIELD(ConfirmedRecord, release_counter),
        FLOTILLA_RECORD_FIELD(ConfirmedRecord, security_floor),
        FLOTILLA_RECORD_FIELD(ConfirmedRecord, clock_floor),
        FLOTILLA_RECORD_FIELD(ConfirmedRecord, version),
    begin(RecordType::ConfigUse),
        FLOTILLA_RECORD_FIELD(ConfigUseRecord, version),
    begin(RecordType::ConfigTrial),
        FLOTILLA_RECORD_FIELD(ConfigTrialRecord, tag),
        FLOTILLA_RECORD_FIELD(ConfigTrialRecord, old_version),
        FLOTILLA_RECORD_FIELD(ConfigTrialRecord, new_version),
    begin(RecordType::Silence),
        FLOTILLA_RECORD_FIELD(SilenceRecord, seconds),
    begin(RecordType::Unwanted),
        FLOTILLA_RECORD_FIELD(UnwantedRecord, image_sha256),
    begin(RecordType{0})};
// clang-format on
#undef FLOTILLA_RECORD_FIELD

struct Field {
  std::uint32_t word;

  explicit Field(const std::uint32_t* at) : word(flash_word(at)) {}
  [[nodiscard]] Kind kind() const { return static_cast<Kind>(word & 7); }
  [[nodiscard]] std::size_t size() const { return word >> 3 & 255; }
  [[nodiscard]] std::size_t offset() const { return word >> 11 & 4095; }
  [[nodiscard]] std::uint8_t first() const { return word >> 23 & 15; }
  [[nodiscard]] std::uint8_t last() const { return static_cast<std::uint8_t>(word >> 27); }
  [[nodiscard]] std::size_t stored() const { return kind() == Kind::Text ? size() + 1 : size(); }  // bytes in flash
};

const std::uint32_t* layout_of(RecordType type) {
  const std::uint32_t* at = kLayouts;
  if (type == RecordType::Previous) type = RecordType::Confirmed;
  while (flash_word(at) != begin(type)) ++at;
  return at + 1;
}

bool take(Field field, const std::uint8_t* from, std::uint8_t* to) {
  if (field.kind() == Kind::Text) {
    const std::size_t length = *from;
    if (length > field.size()) return false;
    auto* storage = reinterpret_cast<char*>(to);
    assign_cut(storage, field.size(), ByteView(from + 1, length).text());
    return true;
  }
  std::memcpy(to, from, field.size());
  if (field.kind() == Kind::Flag) *to = *from != 0 ? 1 : 0;
  if (field.kind() == Kind::Code) *to = static_cast<std::uint8_t>(reason_from_number(*from));
  return field.kind() != Kind::Number || (*from >= field.first() && *from <= field.last());
}

void put(Field field, const std::uint8_t* from, std::uint8_t* to) {
  if (field.kind() == Kind::Text) *to++ = from[field.size() + 1];
  std::memcpy(to, from, field.size());
}

}  // namespace

OrderTag AttemptRecord::tag() const {
  OrderTag value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value |= OrderTag{command.digest.bytes[i]} << (8 * i);
  return value;
}

bool load_record(Journal& journal, RecordType type, void* out) {
  alignas(4) std::uint8_t bytes[Journal::kMaxPayload];
  std::size_t size = 0;
  if (!journal.find(static_cast<std::uint16_t>(type), bytes, sizeof bytes, size)) return false;
  if (size > sizeof bytes) size = sizeof bytes;
  std::size_t used = 0;
  for (const std::uint32_t* at = layout_of(type);; ++at) {
    const Field field(at);
    if (field.kind() == Kind::Record) return true;
    if (used + field.stored() > size) return false;
    if (!take(field, bytes + used, static_cast<std::uint8_t*>(out) + field.offset())) return false;
    used += field.stored();
  }
}

bool store_record(Journal& journal, RecordType type, const void* record) {
  Journal::Image image;
  for (const std::uint32_t* at = layout_of(type);; ++at) {
    const Field field(at);
    if (field.kind() == Kind::Record) break;
    if (image.size + field.stored() > Journal::kMaxPayload) return false;
    put(field, static_cast<const std::uint8_t*>(record) + field.offset(), image.payload() + image.size);
    image.size += field.stored();
  }
  return journal.append(static_cast<std::uint16_t>(type), image);
}

}  // namespace flotilla
