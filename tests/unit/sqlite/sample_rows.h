// One row of each kind with a value of its own in every field, and rows as comparable text.
#pragma once

#include <string>
#include <vector>

#include "daemon/service/ports.h"

namespace flotilla::sqlite {

[[nodiscard]] service::Commit sample_commit();

// Every field of every row.
[[nodiscard]] std::string dump(const core::FleetSnapshot& snapshot);
[[nodiscard]] std::string dump(const core::HistoryEntry& entry);
// What the rows of a commit are, once they are stored in an empty database.
[[nodiscard]] core::FleetSnapshot snapshot_of(const service::Commit& commit);

}  // namespace flotilla::sqlite
