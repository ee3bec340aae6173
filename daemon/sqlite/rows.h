// One row of each table: its columns, how it is written, how it is read. One list of columns serves both directions, so
// they cannot drift apart.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "daemon/core/fleet.h"
#include "daemon/core/types.h"

namespace flotilla::sqlite {

struct Table {
  const char* name;
  int keys;  // the first so many columns are the primary key
  std::vector<const char*> columns;

  [[nodiscard]] std::string select() const;
  [[nodiscard]] std::string upsert() const;
};

extern const Table kMetaTable;
extern const Table kDeviceTable;
extern const Table kOrderTable;
extern const Table kConfigTable;
extern const Table kReleaseTable;
extern const Table kRolloutTable;
extern const Table kMemberTable;

// A stored value that this program cannot have written.
struct BadRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Binds values to one statement after the other, left to right.
class Writer {
 public:
  explicit Writer(SQLite::Statement& statement) : statement_(statement) {}
  void text(std::string_view value);
  void blob(std::string_view value);
  void number(std::int64_t value);
  void null();
  template <typename E>
  void code(E value) {
    number(static_cast<std::int64_t>(value));
  }

 private:
  SQLite::Statement& statement_;
  int next_ = 1;
};

void write(Writer& out, const core::FleetMeta& row);
void write(Writer& out, const core::Device& row);
void write(Writer& out, const std::string& device, const core::Order& row);
void write(Writer& out, const std::string& device, const core::ConfigChange& row);
void write(Writer& out, const core::Release& row);
void write(Writer& out, const core::Rollout& row);
void write(Writer& out, const core::Member& row);
void write(Writer& out, const core::HistoryEntry& row);

// These throw BadRow.
[[nodiscard]] core::FleetMeta read_meta(SQLite::Statement& row);
[[nodiscard]] core::Device read_device(SQLite::Statement& row);  // without its order and its configuration
[[nodiscard]] core::Order read_order(SQLite::Statement& row, std::string& device);
[[nodiscard]] core::ConfigChange read_config(SQLite::Statement& row, std::string& device);
[[nodiscard]] core::Release read_release(SQLite::Statement& row);
[[nodiscard]] core::Rollout read_rollout(SQLite::Statement& row);
[[nodiscard]] core::Member read_member(SQLite::Statement& row);
[[nodiscard]] core::HistoryEntry read_history(SQLite::Statement& row);

}  // namespace flotilla::sqlite
