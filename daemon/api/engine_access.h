// The fleet's engine as the API sees it.
#pragma once

#include "daemon/api/backend.h"
#include "daemon/service/engine.h"

namespace flotilla::api {

class EngineAccess final : public FleetAccess {
 public:
  explicit EngineAccess(service::Engine& engine) : engine_(engine) {}

  Result<Unit, Error> command(const Command& command) override { return engine_.execute(command); }
  Result<Unit, Error> query(const Query& query) override { return engine_.query(query); }
  Result<std::vector<core::HistoryEntry>, Error> history(const std::string& device, core::RolloutId rollout,
                                                         std::uint32_t limit) override {
    return engine_.history(device, rollout, limit);
  }
  DaemonState state() override;

 private:
  service::Engine& engine_;
};

}  // namespace flotilla::api
