// The fleet in one SQLite file: WAL, synchronous=FULL, one transaction per commit.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/service/ports.h"

namespace flotilla::sqlite {

// One thread at a time. No SQLite error leaves it as an exception.
class SqliteStore final : public service::Store {
 public:
  // Creates the file where there is none and brings an older schema up to date. Conflict when another process has it
  // open, Refused when it is newer than this program or no database of ours, Unavailable when it cannot be written.
  static Result<std::unique_ptr<SqliteStore>, Error> open(const std::string& path);
  ~SqliteStore() override;
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  Result<core::FleetSnapshot, Error> load() override;
  Result<std::vector<std::string>, Error> load_outbox() override;
  Result<Unit, Error> commit(const service::Commit& commit) override;
  Result<std::vector<core::HistoryEntry>, Error> history(const std::string& device, core::RolloutId rollout,
                                                         std::uint32_t limit) override;

 private:
  struct State;
  explicit SqliteStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::sqlite
