#include "daemon/sqlite/store.h"

#include <unordered_map>
#include <utility>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include "daemon/sqlite/lock_file.h"
#include "daemon/sqlite/migrations.h"
#include "daemon/sqlite/rows.h"

namespace flotilla::sqlite {
namespace {

constexpr int kBusyTimeoutMs = 2000;  // for a person who looks in with sqlite3

// Makes a statement ready for its next use, also where the use ended with an exception.
class Used {
 public:
  explicit Used(SQLite::Statement& statement) : statement_(statement) {}
  ~Used() { statement_.tryReset(); }
  Used(const Used&) = delete;
  Used& operator=(const Used&) = delete;
  SQLite::Statement* operator->() { return &statement_; }
  SQLite::Statement& operator*() { return statement_; }

 private:
  SQLite::Statement& statement_;
};

}  // namespace

struct SqliteStore::State {
  State(LockFile lock_file, const std::string& file)
      : lock(std::move(lock_file)),
        path(file),
        database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs) {}

  // Prepared once for each text.
  Used prepared(const std::string& sql) {
    auto& statement = statements[sql];
    if (!statement) statement = std::make_unique<SQLite::Statement>(database, sql);
    return Used(*statement);
  }

  template <typename... Row>
  void put(const std::string& sql, const Row&... row) {
    Used statement = prepared(sql);
    Writer writer(*statement);
    write(writer, row...);
    statement->exec();
  }

  void put_text(const char* sql, const std::string& value) {
    Used statement = prepared(sql);
    statement->bind(1, value);
    statement->exec();
  }

  void put_device(const core::Device& device) {
    put(sql_device, device);
    if (device.order) {
      put(sql_order, device.id, *device.order);
    } else {
      put_text("DELETE FROM orders WHERE device = ?", device.id);
    }
    if (device.config) {
      put(sql_config, device.id, *device.config);
    } else {
      put_text("DELETE FROM configs WHERE device = ?", device.id);
    }
  }

  template <typename Each>
  void each(const std::string& sql, Each each_row) {
    Used statement = prepared(sql);
    while (statement->executeStep()) each_row(*statement);
  }

  // Runs `work`, which may throw what SQLiteCpp and the rows throw.
  template <typename T, typename Work>
  Result<T, Error> guarded(const char* doing, Work work) {
    try {
      return work();
    } catch (const BadRow& bad) {
      return Error{ErrorCode::Corrupt, path + ": " + bad.what(), "restore the newest backup"};
    } catch (const SQLite::Exception& problem) {
      return Error{ErrorCode::Unavailable, std::string("cannot ") + doing + " " + path + ": " + problem.what(),
                   "see that the disk is not full, not read-only and not failing"};
    }
  }

  LockFile lock;
  std::string path;
  SQLite::Database database;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements;
  const std::string sql_meta = kMetaTable.upsert();
  const std::string sql_device = kDeviceTable.upsert();
  const std::string sql_order = kOrderTable.upsert();
  const std::string sql_config = kConfigTable.upsert();
  const std::string sql_release = kReleaseTable.upsert();
  const std::string sql_rollout = kRolloutTable.upsert();
  const std::string sql_member = kMemberTable.upsert();
};

SqliteStore::SqliteStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>, Error> SqliteStore::open(const std::string& path) {
  auto lock = LockFile::take(path + ".lock");
  if (!lock.ok()) return lock.error();
  try {
    auto state = std::make_unique<State>(std::move(lock).value(), path);
    state->database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    if (auto done = migrate(state->database, path); !done.ok()) return done.error();
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(state)));
  } catch (const SQLite::Exception& problem) {
    return Error{ErrorCode::Unavailable, "cannot open " + path + ": " + problem.what(),
                 "see that it is flotillad's own, and that the disk is neither full nor read-only"};
  }
}

Result<core::FleetSnapshot, Error> SqliteStore::load() {
  State& s = *state_;
  return s.guarded<core::FleetSnapshot>("read", [&] {
    // One transaction: all tables as of the same moment.
    SQLite::Transaction transaction(s.database);
    core::FleetSnapshot out;
    std::unordered_map<std::string, std::size_t> position;
    s.each(kMetaTable.select(), [&](SQLite::Statement& row) { out.meta = read_meta(row); });
    s.each(kDeviceTable.select() + " ORDER BY id", [&](SQLite::Statement& row) {
      out.devices.push_back(read_device(row));
      position[out.devices.back().id] = out.devices.size() - 1;
    });
    const auto owner_of = [&](const char* what, const std::string& device) -> core::Device& {
      const auto owner = position.find(device);
      if (owner == position.end()) throw BadRow(std::string(what) + " for device '" + device + "', which is not there");
      return out.devices[owner->second];
    };
    s.each(kOrderTable.select(), [&](SQLite::Statement& row) {
      std::string device;
      core::Order order = read_order(row, device);
      owner_of("an order", device).order = std::move(order);
    });
    s.each(kConfigTable.select(), [&](SQLite::Statement& row) {
      std::string device;
      core::ConfigChange config = read_config(row, device);
      owner_of("a configuration", device).config = std::move(config);
    });
    s.each(kReleaseTable.select() + " ORDER BY version",
           [&](SQLite::Statement& row) { out.releases.push_back(read_release(row)); });
    s.each(kRolloutTable.select() + " ORDER BY id",
           [&](SQLite::Statement& row) { out.rollouts.push_back(read_rollout(row)); });
    s.each(kMemberTable.select() + " ORDER BY rollout, rank",
           [&](SQLite::Statement& row) { out.members.push_back(read_member(row)); });
    transaction.commit();
    return out;
  });
}

Result<std::vector<std::string>, Error> SqliteStore::load_outbox() {
  return state_->guarded<std::vector<std::string>>("read", [&] {
    std::vector<std::string> out;
    state_->each("SELECT device FROM outbox ORDER BY device",
                 [&](SQLite::Statement& row) { out.push_back(row.getColumn(0).getString()); });
    return out;
  });
}

Result<Unit, Error> SqliteStore::commit(const service::Commit& commit) {
  State& s = *state_;
  return s.guarded<Unit>("write", [&] {
    SQLite::Transaction transaction(s.database, SQLite::TransactionBehavior::IMMEDIATE);
    if (commit.meta) s.put(s.sql_meta, *commit.meta);
    // Parents before their children.
    for (const core::Device& row : commit.devices) s.put_device(row);
    for (const core::Release& row : commit.releases) s.put(s.sql_release, row);
    for (const core::Rollout& row : commit.rollouts) s.put(s.sql_rollout, row);
    for (const core::Member& row : commit.members) s.put(s.sql_member, row);
    for (const core::HistoryEntry& row : commit.history) {
      s.put("INSERT INTO history (at, actor, device, rollout, event, text) VALUES (?, ?, ?, ?, ?, ?)", row);
    }
    for (const std::string& device : commit.outbox_remove) s.put_text("DELETE FROM outbox WHERE device = ?", device);
    for (const std::string& device : commit.outbox_add) s.put_text("INSERT OR IGNORE INTO outbox VALUES (?)", device);
    transaction.commit();
    return Unit{};
  });
}

Result<std::vector<core::HistoryEntry>, Error> SqliteStore::history(const std::string& device, core::RolloutId rollout,
                                                                    std::uint32_t limit) {
  State& s = *state_;
  return s.guarded<std::vector<core::HistoryEntry>>("read", [&] {
    std::string sql = "SELECT at, actor, device, rollout, event, text FROM history";
    if (!device.empty()) sql += " WHERE device = ?";
    if (rollout != 0) sql += device.empty() ? " WHERE rollout = ?" : " AND rollout = ?";
    Used statement = s.prepared(sql + " ORDER BY id DESC LIMIT ?");
    int next = 1;
    if (!device.empty()) statement->bind(next++, device);
    if (rollout != 0) statement->bind(next++, static_cast<std::int64_t>(rollout));
    statement->bind(next, static_cast<std::int64_t>(limit));
    std::vector<core::HistoryEntry> out;
    while (statement->executeStep()) out.push_back(read_history(*statement));
    return out;
  });
}

}  // namespace flotilla::sqlite
