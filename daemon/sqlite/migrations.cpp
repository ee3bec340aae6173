#include "daemon/sqlite/migrations.h"

#include <SQLiteCpp/Transaction.h>

namespace flotilla::sqlite {
namespace {

constexpr int kApplicationId = 0x464C4F54;  // "FLOT", as in migrations/0001_initial.sql

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

}  // namespace

Result<Unit, Error> migrate(SQLite::Database& database, const std::string& path) {
  const int version = pragma(database, "user_version");
  const int newest = migrations().back().number;
  const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (!(empty && version == 0) && pragma(database, "application_id") != kApplicationId) {
    return Error{ErrorCode::Refused, path + " is a SQLite database, but not one of Flotilla",
                 "move it away, or give another --data-dir"};
  }
  if (version > newest) {
    return Error{ErrorCode::Refused,
                 path + " has schema " + std::to_string(version) + ", this flotillad knows up to " +
                     std::to_string(newest) + ": it was written by a newer flotillad",
                 "install that version again, or restore a backup of before the update"};
  }
  for (const Migration& migration : migrations()) {
    if (migration.number <= version) continue;
    SQLite::Transaction transaction(database);
    database.exec(std::string(migration.sql));
    database.exec("PRAGMA user_version = " + std::to_string(migration.number));
    transaction.commit();
  }
  return Unit{};
}

}  // namespace flotilla::sqlite
