#include "daemon/sqlite/rows.h"

#include <limits>
#include <type_traits>

#include <SQLiteCpp/Column.h>

#include "daemon/sqlite/text.h"
#include "proto/host/codec.h"

namespace flotilla::sqlite {
namespace {

struct PolicyNumber {
  const char* column;
  std::uint32_t core::RolloutPolicy::*field;
};
constexpr PolicyNumber kPolicyNumbers[] = {
    {"success_percent", &core::RolloutPolicy::success_percent},
    {"failure_limit", &core::RolloutPolicy::failure_limit},
    {"soak_seconds", &core::RolloutPolicy::soak_seconds},
    {"offline_seconds", &core::RolloutPolicy::offline_seconds},
    {"accept_seconds", &core::RolloutPolicy::accept_seconds},
    {"progress_seconds", &core::RolloutPolicy::progress_seconds},
    {"silent_seconds", &core::RolloutPolicy::silent_seconds},
    {"order_seconds", &core::RolloutPolicy::order_seconds},
    {"download_seconds", &core::RolloutPolicy::download_seconds},
    {"trial_boots", &core::RolloutPolicy::trial_boots},
    {"trial_seconds", &core::RolloutPolicy::trial_seconds},
    {"trial_maximum_seconds", &core::RolloutPolicy::trial_maximum_seconds},
    {"at_once", &core::RolloutPolicy::at_once},
};

std::vector<const char*> rollout_columns() {
  std::vector<const char*> columns = {"id",      "release",    "state",    "reason",     "reason_text", "open_wave",
                                      "targets", "created_at", "ended_at", "created_by", "waves"};
  for (const PolicyNumber& number : kPolicyNumbers) columns.push_back(number.column);
  return columns;
}

std::string joined(const std::vector<const char*>& columns, std::size_t from, const char* between, const char* tail) {
  std::string out;
  for (std::size_t i = from; i < columns.size(); ++i) {
    if (i != from) out += between;
    out += columns[i];
    if (*tail != '\0') out += std::string(tail) + columns[i];
  }
  return out;
}

// Reads the values of one row, left to right.
class Reader {
 public:
  explicit Reader(SQLite::Statement& row) : row_(row) {}

  std::string text() { return row_.getColumn(next_++).getString(); }
  std::int64_t number() { return row_.getColumn(next_++).getInt64(); }
  bool boolean() { return number() != 0; }
  std::uint64_t id() { return static_cast<std::uint64_t>(number()); }
  std::optional<std::int64_t> maybe_number() {
    if (!row_.getColumn(next_).isNull()) return number();
    ++next_;
    return std::nullopt;
  }
  std::uint32_t small() {
    const std::int64_t value = number();
    if (value < 0 || value > std::numeric_limits<std::uint32_t>::max()) bad("is out of range");
    return static_cast<std::uint32_t>(value);
  }
  // Every persisted enumeration has one byte.
  template <typename E>
  E code() {
    const std::int64_t value = number();
    if (value < 0 || value > std::numeric_limits<std::underlying_type_t<E>>::max()) bad("is out of range");
    return static_cast<E>(value);
  }
  Reason reason() { return reason_from_number(small()); }
  [[noreturn]] void bad(const char* what) {
    throw BadRow(std::string("column ") + row_.getColumnName(next_ - 1) + " of row '" + row_.getColumn(0).getString() +
                 "' " + what);
  }

 private:
  SQLite::Statement& row_;
  int next_ = 0;
};

}  // namespace

const Table kMetaTable{"meta", 1, {"id", "judging", "next_attempt", "next_rollout"}};
const Table kDeviceTable{"devices",
                         1,
                         {"id", "labels", "announced_hardware", "first_seen_at", "last_heard_at", "last_heard_judging",
                          "present", "online", "sequence", "heartbeat", "running_version", "update_state"}};
const Table kOrderTable{
    "orders",
    1,
    {"device", "kind", "attempt", "rollout", "release", "sequence", "trust_version", "issued_at", "expires_at",
     "download_seconds", "trial_boots", "trial_seconds", "trial_maximum_seconds", "accepted"}};
const Table kConfigTable{"configs",
                         1,
                         {"device", "sha256", "state", "attempt", "orders", "why", "detail", "deadline", "ordered_by",
                          "ordered_at", "changed_at"}};
const Table kReleaseTable{"releases", 1, {"version", "manifest", "signed_manifest", "added_at", "added_by"}};
const Table kRolloutTable{"rollouts", 1, rollout_columns()};
const Table kMemberTable{"members",
                         2,
                         {"rollout", "device", "rank", "state", "why", "skip", "detail", "attempt", "attempts",
                          "deadline", "previous_version", "changed_at"}};

std::string Table::select() const { return "SELECT " + joined(columns, 0, ", ", "") + " FROM " + name; }

std::string Table::upsert() const {
  const std::vector<const char*> key(columns.begin(), columns.begin() + keys);
  std::string marks = "?";
  for (std::size_t i = 1; i < columns.size(); ++i) marks += ", ?";
  return std::string("INSERT INTO ") + name + " (" + joined(columns, 0, ", ", "") + ") VALUES (" + marks +
         ") ON CONFLICT (" + joined(key, 0, ", ", "") + ") DO UPDATE SET " +
         joined(columns, static_cast<std::size_t>(keys), ", ", " = excluded.");
}

void Writer::text(std::string_view value) { statement_.bind(next_++, std::string(value)); }

void Writer::blob(std::string_view value) {
  // SQLite takes a null pointer for NULL, not for an empty blob.
  statement_.bind(next_++, value.empty() ? "" : value.data(), static_cast<int>(value.size()));
}

void Writer::number(std::int64_t value) { statement_.bind(next_++, value); }
void Writer::null() { statement_.bind(next_++); }

// --- writing ----------------------------------------------------------------------------------------------------------

void write(Writer& out, const core::FleetMeta& row) {
  out.number(1);
  out.number(row.judging);
  out.code(row.next_attempt);
  out.code(row.next_rollout);
}

void write(Writer& out, const core::Device& row) {
  out.text(row.id);
  out.text(labels_to_text(row.labels));
  out.text(row.announced_hardware);
  out.number(row.first_seen_at);
  out.number(row.last_heard_at);
  out.number(row.last_heard_judging);
  out.number(row.present ? 1 : 0);
  out.number(row.online ? 1 : 0);
  out.number(row.sequence);
  out.blob(wire::encode(row.reported));
  out.text(row.reported.running_version.view());
  out.code(row.reported.update_state);
}

void write(Writer& out, const std::string& device, const core::Order& row) {
  out.text(device);
  out.code(row.kind);
  out.code(row.attempt);
  out.code(row.rollout);
  out.text(row.release);
  out.number(row.sequence);
  out.number(row.trust_version);
  out.number(row.issued_at);
  out.number(row.expires_at);
  out.number(row.download_seconds);
  out.number(row.trial_boots);
  out.number(row.trial_seconds);
  out.number(row.trial_maximum_seconds);
  out.number(row.accepted ? 1 : 0);
}

void write(Writer& out, const std::string& device, const core::ConfigChange& row) {
  out.text(device);
  out.text(to_hex(row.sha256).view());
  out.code(row.state);
  out.code(row.attempt);
  out.number(row.orders);
  out.code(row.why);
  out.text(row.detail);
  row.deadline ? out.number(*row.deadline) : out.null();
  out.text(row.ordered_by);
  out.number(row.ordered_at);
  out.number(row.changed_at);
}

void write(Writer& out, const core::Release& row) {
  out.text(row.version);
  out.blob(wire::encode(row.manifest));
  out.blob(row.signed_manifest);
  out.number(row.added_at);
  out.text(row.added_by);
}

void write(Writer& out, const core::Rollout& row) {
  out.code(row.id);
  out.text(row.release);
  out.code(row.state);
  out.code(row.reason);
  out.text(row.reason_text);
  out.number(row.open_wave);
  out.number(row.targets);
  out.number(row.created_at);
  out.number(row.ended_at);
  out.text(row.created_by);
  out.text(waves_to_text(row.policy.waves));
  for (const PolicyNumber& number : kPolicyNumbers) out.number(row.policy.*number.field);
}

void write(Writer& out, const core::Member& row) {
  out.code(row.rollout);
  out.text(row.device);
  out.number(row.rank);
  out.code(row.state);
  out.code(row.why);
  out.code(row.skip);
  out.text(row.detail);
  out.code(row.attempt);
  out.number(row.attempts);
  row.deadline ? out.number(*row.deadline) : out.null();
  out.text(row.previous_version);
  out.number(row.changed_at);
}

void write(Writer& out, const core::HistoryEntry& row) {
  out.number(row.at);
  out.text(row.actor);
  out.text(row.device);
  out.code(row.rollout);
  out.text(row.event);
  out.text(row.text);
}

// --- reading ----------------------------------------------------------------------------------------------------------

core::FleetMeta read_meta(SQLite::Statement& row) {
  Reader in(row);
  in.number();
  core::FleetMeta out;
  out.judging = in.number();
  out.next_attempt = in.id();
  out.next_rollout = in.id();
  return out;
}

core::Device read_device(SQLite::Statement& row) {
  Reader in(row);
  core::Device out;
  out.id = in.text();
  if (!labels_from_text(in.text(), out.labels)) in.bad("is no list of labels");
  out.announced_hardware = in.text();
  out.first_seen_at = in.number();
  out.last_heard_at = in.number();
  out.last_heard_judging = in.number();
  out.present = in.boolean();
  out.online = in.boolean();
  out.sequence = in.small();
  const std::string heartbeat = in.text();
  if (!wire::decode(wire::view(heartbeat), out.reported)) in.bad("is no heartbeat");
  return out;
}

core::Order read_order(SQLite::Statement& row, std::string& device) {
  Reader in(row);
  core::Order out;
  device = in.text();
  out.kind = in.code<core::OrderKind>();
  out.attempt = in.id();
  out.rollout = in.id();
  out.release = in.text();
  out.sequence = in.small();
  out.trust_version = in.small();
  out.issued_at = in.number();
  out.expires_at = in.number();
  out.download_seconds = in.small();
  out.trial_boots = in.small();
  out.trial_seconds = in.small();
  out.trial_maximum_seconds = in.small();
  out.accepted = in.boolean();
  return out;
}

core::ConfigChange read_config(SQLite::Statement& row, std::string& device) {
  Reader in(row);
  core::ConfigChange out;
  device = in.text();
  if (!from_hex(in.text(), out.sha256)) in.bad("is no digest");
  out.state = in.code<core::ConfigState>();
  out.attempt = in.id();
  out.orders = in.small();
  out.why = in.reason();
  out.detail = in.text();
  out.deadline = in.maybe_number();
  out.ordered_by = in.text();
  out.ordered_at = in.number();
  out.changed_at = in.number();
  return out;
}

core::Release read_release(SQLite::Statement& row) {
  Reader in(row);
  core::Release out;
  out.version = in.text();
  const std::string manifest = in.text();
  if (!wire::decode(wire::view(manifest), out.manifest)) in.bad("is no manifest");
  out.signed_manifest = in.text();
  out.added_at = in.number();
  out.added_by = in.text();
  return out;
}

core::Rollout read_rollout(SQLite::Statement& row) {
  Reader in(row);
  core::Rollout out;
  out.id = in.id();
  out.release = in.text();
  out.state = in.code<core::RolloutState>();
  out.reason = in.code<core::RolloutReason>();
  out.reason_text = in.text();
  out.open_wave = in.small();
  out.targets = in.small();
  out.created_at = in.number();
  out.ended_at = in.number();
  out.created_by = in.text();
  if (!waves_from_text(in.text(), out.policy.waves)) in.bad("is no list of waves");
  for (const PolicyNumber& number : kPolicyNumbers) out.policy.*number.field = in.small();
  return out;
}

core::Member read_member(SQLite::Statement& row) {
  Reader in(row);
  core::Member out;
  out.rollout = in.id();
  out.device = in.text();
  out.rank = in.small();
  out.state = in.code<core::MemberState>();
  out.why = in.reason();
  out.skip = in.code<core::SkipReason>();
  out.detail = in.text();
  out.attempt = in.id();
  out.attempts = in.small();
  out.deadline = in.maybe_number();
  out.previous_version = in.text();
  out.changed_at = in.number();
  return out;
}

core::HistoryEntry read_history(SQLite::Statement& row) {
  Reader in(row);
  core::HistoryEntry out;
  out.at = in.number();
  out.actor = in.text();
  out.device = in.text();
  out.rollout = in.id();
  out.event = in.text();
  out.text = in.text();
  return out;
}

}  // namespace flotilla::sqlite
