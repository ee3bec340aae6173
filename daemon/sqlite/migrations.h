// The numbered migrations, compiled in from migrations/*.sql. A database's number is its `user_version`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/Database.h>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::sqlite {

struct Migration {
  int number;
  std::string_view name;  // "0001_initial"
  std::string_view sql;
};

[[nodiscard]] const std::vector<Migration>& migrations();  // 1, 2, 3, ...

// Each migration in a transaction of its own. Throws SQLite::Exception.
[[nodiscard]] Result<Unit, Error> migrate(SQLite::Database& database, const std::string& path);

}  // namespace flotilla::sqlite
