#include "firmware-esp/src/core/config_download.h"

#include "proto/device/codec.h"

namespace flotilla {
namespace {

// Of a Provisioning message (proto/flotilla.proto): field number and wire type 2 in one byte.
constexpr std::uint8_t kDeviceKey = 6 << 3 | 2;
constexpr std::uint8_t kTrustStore = 9 << 3 | 2;
constexpr std::uint8_t kProvisionedAt = 15 << 3;  // a number

constexpr std::uint32_t kPiece = 64;

std::uint32_t smaller(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

bool trusts(const Board& board, const Digest& ca) {
  for (const auto& known : board.trust.ca_hashes) {
    if (known == ca) return true;
  }
  return false;
}

bool is_for(const device_wire::ProvisioningSurvey& file, const Board& board) {
  return file.device_id == board.device_id && file.product == board.product && file.hardware == board.hardware &&
         file.heartbeat_seconds <= kMaxHeartbeatSeconds && file.signed_trust_store.size == 0 &&
         file.device_certificate.size != 0;
}

bool hash_of(hal::Crypto& crypto, ByteSource& source, const device_wire::Span& field, Digest& out) {
  std::uint8_t piece[kPiece];
  crypto.hash_begin();
  for (std::uint32_t at = 0; at < field.size; at += kPiece) {
    const std::uint32_t part = smaller(field.size - at, kPiece);
    if (!source.read(field.offset + at, piece, part)) return false;
    crypto.hash_update(ByteView(piece, part));
  }
  out = crypto.hash_finish();
  return true;
}

// The size has at most two bytes as a varint.
bool append_field(hal::Flash& flash, ConfigWriter& writer, std::uint8_t tag, ByteSource& source,
                  const device_wire::Span& field) {
  const std::uint8_t head[] = {tag, static_cast<std::uint8_t>(field.size < 0x80 ? field.size : field.size | 0x80),
                               static_cast<std::uint8_t>(field.size >> 7)};
  if (!writer.append(flash, ByteView(head, field.size < 0x80 ? 2 : 3))) return false;
  std::uint8_t piece[kPiece];
  for (std::uint32_t at = 0; at < field.size; at += kPiece) {
    const std::uint32_t part = smaller(field.size - at, kPiece);
    if (!source.read(field.offset + at, piece, part) || !writer.append(flash, ByteView(piece, part))) return false;
  }
  return true;
}

// The time of provisioning is a floor of the clock: who may order a file must not raise it.
bool append_time(hal::Flash& flash, ConfigWriter& writer, std::uint64_t seconds) {
  std::uint8_t bytes[11] = {kProvisionedAt};
  std::size_t size = 1;
  for (; seconds >= 0x80; seconds >>= 7) bytes[size++] = static_cast<std::uint8_t>(seconds | 0x80);
  bytes[size++] = static_cast<std::uint8_t>(seconds);
  return writer.append(flash, ByteView(bytes, size));
}

}  // namespace

void ConfigDownload::begin(const hal::Ports& ports, std::uint32_t seconds_before) {
  set_to_zero(*this);
  begin_time(ports.clock, seconds_before);
  phase_ = Phase::Wait;
}

Progress ConfigDownload::step(const hal::Ports& ports, Ledger& ledger, const Board& board, Scratch& scratch) {
  const AttemptRecord& order = ledger.attempt();
  if (phase_ == Phase::Wait) {
    const Progress progress = ask(ports, order, 0);
    if (phase_ == Phase::Fetch) ports.crypto.hash_begin();
    erased_ = false;
    return progress;
  }
  if (phase_ == Phase::Fetch) return fetch(ports, ledger, board, scratch);
  if (phase_ == Phase::Check) {
    const Progress progress = check(ports, order, scratch);
    if (progress != Progress::Done) return progress;
    phase_ = Phase::Assemble;
  } else if (phase_ == Phase::Assemble) {
    const Reason wrong = assemble(ports, board);
    if (wrong != Reason::None) return fail(wrong);
    phase_ = Phase::Idle;
    return Progress::Done;
  }
  return Progress::Working;
}

Progress ConfigDownload::fetch(const hal::Ports& ports, Ledger& ledger, const Board& board, Scratch& scratch) {
  std::size_t received = 0;
  const auto status = ports.download.poll(scratch.data(), scratch.size(), received);
  if (status != hal::DownloadStatus::Refused && ports.download.total_size() > kMaxFile) {
    return fail(Reason::ConfigRejected);
  }
  if (status == hal::DownloadStatus::Data) return take(ports, ledger, board, ByteView(scratch.data(), received));
  if (status == hal::DownloadStatus::Complete) return complete(ports, ledger.attempt());
  return nothing_came(ports, ledger.attempt(), status);
}

Progress ConfigDownload::take(const hal::Ports& ports, Ledger& ledger, const Board& board, ByteView bytes) {
  if (bytes.empty()) return Progress::Working;
  if (!erased_ && !touch(ports, ledger, board)) return fail(Reason::FlashError);
  if (bytes.size > kMaxFile - writer_.size()) return fail(Reason::ConfigRejected);
  if (!writer_.append(ports.flash, bytes)) return fail(Reason::FlashError);
  ports.crypto.hash_update(bytes);
  bytes_came(ports.clock);
  return Progress::Working;
}

// Not before the first byte is there: until then the other copy is one more to try when the broker is lost. A cut between
// the new header and the record of its use must not leave the choice to the higher version.
bool ConfigDownload::touch(const hal::Ports& ports, Ledger& ledger, const Board& board) {
  const std::uint8_t copy = other_copy(board);
  if (version_ == 0) {
    const ConfigCopy before = inspect_config(ports.flash, copy);
    version_ = (before.good && before.version > board.config_version ? before.version : board.config_version) + 1;
  }
  if (!ledger.use_config(board.config_version)) return false;
  if (ledger.progress().bytes == 0 && !ledger.record_progress(1, seconds(ports.clock))) return false;
  erased_ = writer_.begin(ports.flash, copy);
  return erased_;
}

Progress ConfigDownload::complete(const hal::Ports& ports, const AttemptRecord& order) {
  ports.download.stop();
  const std::uint32_t total = ports.download.total_size();
  const std::uint32_t size = erased_ ? writer_.size() : 0;
  if (total != 0 && size != total) return fail(Reason::SizeMismatch);
  if (!has_digest(ports, order)) return fail(Reason::DigestMismatch);
  if (size == 0) return fail(Reason::ConfigRejected);
  if (!writer_.flush(ports.flash)) return fail(Reason::FlashError);
  return begin_check(ports, config_message(ports.flash, writer_.copy()), size);
}

// The present key, trust store and time of provisioning go behind the file: a protobuf reader takes fields in any order,
// and of a repeated one the last.
Reason ConfigDownload::assemble(const hal::Ports& ports, const Board& board) {
  FlashBytes file(ports.flash, config_message(ports.flash, writer_.copy()));
  device_wire::ProvisioningSurvey found;
  if (!device_wire::survey(file, writer_.size(), found) || !is_for(found, board)) return Reason::ConfigRejected;
  Digest ca;
  if (!hash_of(ports.crypto, file, found.ca_certificate, ca)) return Reason::FlashError;
  if (!trusts(board, ca)) return Reason::ConfigRejected;

  const ConfigCopy present = inspect_config(ports.flash, board.config_copy);
  FlashBytes used(ports.flash, config_message(ports.flash, board.config_copy));
  device_wire::ProvisioningSurvey kept;
  if (!present.good || !device_wire::survey(used, present.length, kept)) return Reason::FlashError;
  if (found.device_key.size == 0 && !append_field(ports.flash, writer_, kDeviceKey, used, kept.device_key)) {
    return Reason::FlashError;
  }
  if (!append_field(ports.flash, writer_, kTrustStore, used, kept.signed_trust_store) ||
      !append_time(ports.flash, writer_, board.provisioned_at)) {
    return Reason::FlashError;
  }
  if (!writer_.flush(ports.flash) || !device_wire::survey(file, writer_.size(), found)) return Reason::ConfigRejected;
  return writer_.finish(ports.flash, version_) ? Reason::None : Reason::FlashError;
}

}  // namespace flotilla
