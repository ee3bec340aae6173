#include "firmware-esp/src/core/records.h"

#include "firmware-esp/src/core/bytes_io.h"

namespace flotilla {
namespace {

using Writer = ByteWriter<Journal::kMaxPayload>;

// One description of each layout, for both directions: `io` is a writer and `record` const, or a reader.
template <typename IO, typename Record>
void boots_fields(IO& io, Record& record) {
  io.number(record.count);
}

template <typename IO, typename Record>
void command_fields(IO& io, Record& record) {
  io.number(record.trust_version);
  io.number(record.sequence);
  io.bytes(record.digest.bytes);
}

// Enumerations and flags travel as one byte.
template <typename IO, typename Record>
void attempt_fields(IO& io, Record& record, std::uint8_t& kind) {
  command_fields(io, record.command);
  io.number(record.attempt_id);
  io.number(kind);
  io.number(record.trial_boots);
  io.number(record.download_seconds);
  io.number(record.trial_seconds);
  io.number(record.trial_maximum_seconds);
  io.number(record.image_size);
  io.bytes(record.image_sha256.bytes);
  io.number(record.release_counter);
  io.number(record.security_floor);
  io.number(record.created_at);
  io.text(record.version);
  io.text(record.path);
}

template <typename IO, typename Record>
void progress_fields(IO& io, Record& record) {
  io.number(record.tag);
  io.number(record.bytes);
  io.number(record.seconds);
}

template <typename IO, typename Record>
void trial_fields(IO& io, Record& record) {
  io.number(record.tag);
  io.number(record.boots);
  io.number(record.ways_back);
  io.number(record.seconds);
  io.number(record.total_seconds);
}

template <typename IO, typename Record>
void image_fields(IO& io, Record& record) {
  io.number(record.tag);
  io.number(record.slot);
  io.number(record.image_size);
  io.bytes(record.image_sha256.bytes);
  io.number(record.release_counter);
  io.number(record.security_floor);
  io.number(record.clock_floor);
  io.text(record.version);
}

template <typename IO, typename Record>
void config_trial_fields(IO& io, Record& record) {
  io.number(record.tag);
  io.number(record.old_version);
  io.number(record.new_version);
}

// `fields` reads the payload of the newest record of that type.
template <typename Fields>
bool load_with(Journal& journal, RecordType type, Fields fields) {
  alignas(4) std::uint8_t bytes[Journal::kMaxPayload];
  std::size_t size = 0;
  if (!journal.find(static_cast<std::uint16_t>(type), bytes, sizeof bytes, size)) return false;
  ByteReader reader(ByteView(bytes, size < sizeof bytes ? size : sizeof bytes));
  fields(reader);
  return reader.ok();
}

template <typename Fields>
bool store_with(Journal& journal, RecordType type, Fields fields) {
  Writer writer;
  fields(writer);
  return journal.append(static_cast<std::uint16_t>(type), writer.view());
}

}  // namespace

OrderTag AttemptRecord::tag() const {
  OrderTag value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value |= OrderTag{command.digest.bytes[i]} << (8 * i);
  return value;
}

bool load(Journal& journal, BootsRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { boots_fields(io, out); });
}

bool load(Journal& journal, LastCommandRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { command_fields(io, out); });
}

bool load(Journal& journal, AttemptRecord& out) {
  std::uint8_t kind = 0;
  if (!load_with(journal, out.kType, [&](auto& io) { attempt_fields(io, out, kind); })) return false;
  out.kind = static_cast<AttemptKind>(kind);
  return kind >= static_cast<std::uint8_t>(AttemptKind::Install) &&
         kind <= static_cast<std::uint8_t>(AttemptKind::Config);
}

bool load(Journal& journal, AttemptStateRecord& out) {
  std::uint8_t state = 0;
  std::uint8_t reason = 0;
  std::uint8_t settled = 0;
  const bool good = load_with(journal, out.kType, [&](auto& io) {
    io.number(out.tag);
    io.number(state);
    io.number(reason);
    io.number(settled);
  });
  out.reason = reason_from_number(reason);
  out.settled = settled != 0;
  return good && update_state_from_number(state, out.state);
}

bool load(Journal& journal, ProgressRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { progress_fields(io, out); });
}

bool load(Journal& journal, TrialUseRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { trial_fields(io, out); });
}

bool load(Journal& journal, ConfirmedRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { image_fields(io, out); }) && out.slot < 2;
}

bool load(Journal& journal, PreviousRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { image_fields(io, out); }) && out.slot < 2;
}

bool load(Journal& journal, ConfigUseRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { io.number(out.version); });
}

bool load(Journal& journal, ConfigTrialRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { config_trial_fields(io, out); });
}

bool load(Journal& journal, SilenceRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { io.number(out.seconds); });
}

bool load(Journal& journal, UnwantedRecord& out) {
  return load_with(journal, out.kType, [&out](auto& io) { io.bytes(out.image_sha256.bytes); });
}

bool store(Journal& journal, const BootsRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { boots_fields(io, record); });
}

bool store(Journal& journal, const LastCommandRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { command_fields(io, record); });
}

bool store(Journal& journal, const AttemptRecord& record) {
  auto kind = static_cast<std::uint8_t>(record.kind);
  return store_with(journal, record.kType, [&](auto& io) { attempt_fields(io, record, kind); });
}

bool store(Journal& journal, const AttemptStateRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) {
    io.number(record.tag);
    io.number(static_cast<std::uint8_t>(record.state));
    io.number(static_cast<std::uint8_t>(record.reason));
    io.number(static_cast<std::uint8_t>(record.settled ? 1 : 0));
  });
}

bool store(Journal& journal, const ProgressRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { progress_fields(io, record); });
}

bool store(Journal& journal, const TrialUseRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { trial_fields(io, record); });
}

bool store(Journal& journal, const ConfirmedRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { image_fields(io, record); });
}

bool store(Journal& journal, const PreviousRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { image_fields(io, record); });
}

bool store(Journal& journal, const ConfigUseRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { io.number(record.version); });
}

bool store(Journal& journal, const ConfigTrialRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { config_trial_fields(io, record); });
}

bool store(Journal& journal, const SilenceRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { io.number(record.seconds); });
}

bool store(Journal& journal, const UnwantedRecord& record) {
  return store_with(journal, record.kType, [&record](auto& io) { io.bytes(record.image_sha256.bytes); });
}

}  // namespace flotilla
