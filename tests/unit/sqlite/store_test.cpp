// The store on a real SQLite file: every field comes back, a failed commit leaves nothing, a killed process loses nothing
// that was committed.
#include "daemon/sqlite/store.h"

#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "daemon/sqlite/migrations.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/sqlite/sample_rows.h"

namespace flotilla::sqlite {
namespace {

using test::TempDir;

std::unique_ptr<SqliteStore> open_store(const std::string& path) {
  auto opened = SqliteStore::open(path);
  if (!opened.ok()) throw std::runtime_error(opened.error().message);
  return std::move(opened).value();
}

std::string stored(SqliteStore& store) {
  const auto snapshot = store.load();
  return snapshot.ok() ? dump(*snapshot) : "error: " + snapshot.error().message;
}

TEST(SqliteStore, BeginsEmpty) {
  TempDir dir;
  const auto store = open_store(dir.file("f.db"));
  EXPECT_EQ(stored(*store), dump(core::FleetSnapshot{}));
  EXPECT_TRUE(store->load_outbox()->empty());
}

TEST(SqliteStore, EveryFieldComesBackAfterAReopen) {
  TempDir dir;
  const service::Commit commit = sample_commit();
  ASSERT_TRUE(open_store(dir.file("f.db"))->commit(commit).ok());
  const auto store = open_store(dir.file("f.db"));
  EXPECT_EQ(stored(*store), dump(snapshot_of(commit)));
  EXPECT_EQ(*store->load_outbox(), (std::vector<std::string>{"cellar", "kitchen"}));
  const auto history = store->history("", 0, 10);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ(dump(history->front()), dump(commit.history.back()));
  EXPECT_EQ(dump(history->back()), dump(commit.history.front()));
}

TEST(SqliteStore, ALaterCommitReplacesRows) {
  TempDir dir;
  const auto store = open_store(dir.file("f.db"));
  service::Commit commit = sample_commit();
  ASSERT_TRUE(store->commit(commit).ok());
  commit.devices[2].order.reset();
  commit.devices[2].labels.clear();
  commit.devices[0].config.reset();
  commit.devices[1].config->state = core::ConfigState::Confirmed;
  commit.rollouts[0].state = core::RolloutState::Completed;
  commit.members[0].deadline.reset();
  commit.history.clear();
  commit.outbox_add.clear();
  commit.outbox_remove = {"kitchen", "never-there"};
  ASSERT_TRUE(store->commit(commit).ok());
  EXPECT_EQ(stored(*store), dump(snapshot_of(commit)));
  EXPECT_EQ(*store->load_outbox(), std::vector<std::string>{"cellar"});
}

TEST(SqliteStore, RemovingAndAddingInOneCommitLeavesItInTheOutbox) {
  TempDir dir;
  const auto store = open_store(dir.file("f.db"));
  service::Commit commit;
  commit.outbox_add = {"kitchen"};
  commit.outbox_remove = {"kitchen"};
  ASSERT_TRUE(store->commit(commit).ok());
  EXPECT_EQ(store->load_outbox()->size(), 1U);
}

TEST(SqliteStore, HistoryIsSelectedNewestFirst) {
  TempDir dir;
  const auto store = open_store(dir.file("f.db"));
  service::Commit commit;
  for (int i = 0; i < 10; ++i) {
    commit.history.push_back({i, "a", i % 2 == 0 ? "even" : "odd", static_cast<core::RolloutId>(i / 5), "e", "t"});
  }
  ASSERT_TRUE(store->commit(commit).ok());
  const struct {
    const char* name;
    std::string device;
    core::RolloutId rollout;
    std::uint32_t limit;
    std::vector<int> expected;
  } rows[] = {
      {.name = "all", .limit = 3, .expected = {9, 8, 7}},
      {.name = "device", .device = "even", .limit = 9, .expected = {8, 6, 4, 2, 0}},
      {.name = "rollout", .rollout = 1, .limit = 9, .expected = {9, 8, 7, 6, 5}},
      {.name = "both", .device = "odd", .rollout = 1, .limit = 9, .expected = {9, 7, 5}},
      {.name = "none", .device = "other", .limit = 9, .expected = {}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    std::vector<int> found;
    const auto selected = store->history(row.device, row.rollout, row.limit);
    ASSERT_TRUE(selected.ok());
    for (const auto& entry : *selected) {
      found.push_back(static_cast<int>(entry.at));
    }
    EXPECT_EQ(found, row.expected);
  }
}

TEST(SqliteStore, ACommitThatBreaksARuleChangesNothing) {
  TempDir dir;
  const auto store = open_store(dir.file("f.db"));
  ASSERT_TRUE(store->commit(sample_commit()).ok());
  const std::string before = stored(*store);
  service::Commit bad;
  bad.devices = {core::Device{.id = "new"}};
  bad.members = {{.rollout = 999, .device = "new"}};  // a rollout that is not there
  const auto refused = store->commit(bad);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find(dir.file("f.db")), std::string::npos) << refused.error().message;
  EXPECT_EQ(stored(*store), before);
  EXPECT_TRUE(store->commit(sample_commit()).ok()) << "the store goes on";
}

// RLIMIT_FSIZE stands for a full disk: the write fails in the middle of the transaction.
TEST(SqliteStore, AFullDiskChangesNothing) {
  TempDir dir;
  const auto store = open_store(dir.file("f.db"));
  ASSERT_TRUE(store->commit(sample_commit()).ok());
  const std::string before = stored(*store);
  service::Commit large;
  large.devices = {core::Device{.id = "new"}};
  large.history.assign(20'000, {1, "a", "new", 0, "e", std::string(200, 'x')});

  std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  rlimit small = unlimited;
  small.rlim_cur = 1'000'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto refused = store->commit(large);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);

  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(stored(*store), before);
  EXPECT_EQ(store->history("new", 0, 1)->size(), 0U);
  EXPECT_TRUE(store->commit(large).ok()) << "there is room again";
}

TEST(SqliteStore, ASecondProcessIsRefused) {
  TempDir dir;
  const auto store = open_store(dir.file("f.db"));
  const auto second = SqliteStore::open(dir.file("f.db"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_NE(second.error().message.find(std::to_string(::getpid())), std::string::npos) << second.error().message;
}

TEST(SqliteStore, RefusesWhatItMustNotTouch) {
  const struct {
    const char* name;
    const char* sql;
    const char* says;
  } rows[] = {
      {"newer", "PRAGMA application_id = 1179406164; PRAGMA user_version = 999; CREATE TABLE t (x)", "newer flotillad"},
      {"foreign", "CREATE TABLE recipes (x)", "not one of Flotilla"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    TempDir dir;
    SQLite::Database(dir.file("f.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(row.sql);
    const auto opened = SqliteStore::open(dir.file("f.db"));
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, ErrorCode::Refused);
    EXPECT_NE(opened.error().message.find(row.says), std::string::npos) << opened.error().message;
  }
  TempDir dir;
  test::write_file(dir.file("f.db"), std::string(4096, 'x'));
  EXPECT_FALSE(SqliteStore::open(dir.file("f.db")).ok()) << "no database at all";
  EXPECT_FALSE(SqliteStore::open(dir.file("no/such/folder/f.db")).ok());
}

TEST(SqliteStore, NamesTheRowThatIsDamaged) {
  TempDir dir;
  ASSERT_TRUE(open_store(dir.file("f.db"))->commit(sample_commit()).ok());
  SQLite::Database(dir.file("f.db"), SQLite::OPEN_READWRITE)
      .exec("UPDATE devices SET heartbeat = x'ffff' WHERE id = 'kitchen'");
  const auto loaded = open_store(dir.file("f.db"))->load();
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, ErrorCode::Corrupt);
  EXPECT_NE(loaded.error().message.find("'kitchen'"), std::string::npos) << loaded.error().message;
}

std::string schema_text(SQLite::Database& database) {
  std::string out;
  SQLite::Statement rows(database,
                         "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name");
  while (rows.executeStep()) out += rows.getColumn(2).getString() + "\n";
  return out + "application_id " + database.execAndGet("PRAGMA application_id").getString();
}

TEST(Migrations, TogetherGiveTheSchema) {
  SQLite::Database migrated(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  ASSERT_TRUE(migrate(migrated, "memory").ok());
  ASSERT_TRUE(migrate(migrated, "memory").ok()) << "nothing to do the second time";
  SQLite::Database direct(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  direct.exec(test::read_file(std::string(std::getenv("FLOTILLA_SOURCE")) + "/daemon/sqlite/schema.sql"));
  EXPECT_EQ(schema_text(migrated), schema_text(direct));
  EXPECT_EQ(migrated.execAndGet("PRAGMA user_version").getInt(), migrations().back().number);
}

// What a daemon of schema 1 has left: everything stays, and there are no configurations.
TEST(Migrations, KeepWhatAnOlderDaemonStored) {
  TempDir dir;
  service::Commit old = sample_commit();
  for (core::Device& device : old.devices) device.config.reset();
  ASSERT_TRUE(open_store(dir.file("new.db"))->commit(old).ok());
  const std::string expected = stored(*open_store(dir.file("new.db")));
  {
    SQLite::Database first(dir.file("f.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    first.exec(std::string(migrations().front().sql));
    first.exec("PRAGMA user_version = 1");
    first.exec("ATTACH '" + dir.file("new.db") + "' AS new");
    for (const std::string table : {"meta", "devices", "orders", "releases", "rollouts", "members"}) {
      first.exec("INSERT OR REPLACE INTO main." + table + " SELECT * FROM new." + table);
    }
  }
  EXPECT_EQ(stored(*open_store(dir.file("f.db"))), expected);
  EXPECT_TRUE(open_store(dir.file("f.db"))->commit(sample_commit()).ok()) << "and takes them from now on";
}

// The child: commits one history entry after the other and says each number once it is durable.
[[noreturn]] void commit_for_ever(const std::string& path, int told) {
  auto store = open_store(path);
  for (std::int64_t number = 0;; ++number) {
    service::Commit commit;
    commit.history = {{number, "child", "d", 0, "e", std::string(300, 'x')}};
    commit.meta = core::FleetMeta{number, 1, 1};
    if (!store->commit(commit).ok() || ::write(told, &number, sizeof number) != sizeof number) ::_exit(1);
  }
}

TEST(SqliteStore, AKilledProcessLosesNothingThatWasCommitted) {
  TempDir dir;
  for (int round = 0; round < 5; ++round) {
    SCOPED_TRACE(round);
    const std::string path = dir.file("round-" + std::to_string(round) + ".db");
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) commit_for_ever(path, ends[1]);
    ASSERT_GT(child, 0);
    ::close(ends[1]);
    std::int64_t last = -1;
    std::int64_t number = 0;
    // Killed after so many commits, wherever the next one then is.
    while (last < 20 + 13 * round && ::read(ends[0], &number, sizeof number) == sizeof number) last = number;
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    while (::read(ends[0], &number, sizeof number) == sizeof number) last = number;
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    const auto store = open_store(path);  // the lock died with its owner
    const auto history = store->history("", 0, 1'000'000);
    ASSERT_TRUE(history.ok());
    ASSERT_GE(static_cast<std::int64_t>(history->size()), last + 1);
    EXPECT_EQ(history->front().at, store->load()->meta.judging) << "a commit is whole or not there";
    for (std::size_t i = 0; i < history->size(); ++i) {
      ASSERT_EQ((*history)[i].at, static_cast<std::int64_t>(history->size() - 1 - i));
    }
  }
}

}  // namespace
}  // namespace flotilla::sqlite
