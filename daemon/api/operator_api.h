// The operator API: which request does what. Thread-safe; handle() may block as long as the fleet does.
#pragma once

#include <mutex>
#include <string>

#include "daemon/api/backend.h"
#include "daemon/api/http.h"
#include "daemon/core/error.h"

namespace flotilla::api {

struct DaemonInfo {
  std::string version;
  std::uint32_t trust_version = 1;
};

class OperatorApi {
 public:
  // Everything must outlive it.
  OperatorApi(DaemonInfo info, FleetAccess& fleet, Imports imports);

  // Never throws: what goes wrong is in the reply.
  [[nodiscard]] HttpReply handle(const HttpRequest& request);

 private:
  struct Call;
  struct Route;
  static const Route* routes(std::size_t& count);
  HttpReply run(const HttpRequest& request);

  using Answer = Result<std::string, Error>;  // JSON
  Answer status(const Call& call);
  Answer devices(const Call& call);
  Answer device(const Call& call);
  Answer why(const Call& call);
  Answer announce(const Call& call);
  Answer update_config(const Call& call);
  Answer withdraw_config(const Call& call);
  Answer releases(const Call& call);
  Answer release(const Call& call);
  Answer add_release(const Call& call);
  Answer rollouts(const Call& call);
  Answer rollout(const Call& call);
  Answer start_rollout(const Call& call);
  Answer pause(const Call& call);
  Answer resume(const Call& call);
  Answer abort(const Call& call);
  Answer history(const Call& call);

  Answer show_rollout(core::RolloutId id);
  Answer show_device(const std::string& id);
  Answer show_release(const std::string& version);
  Answer change_rollout(const Call& call,
                        Result<Unit, Error> (core::Fleet::*change)(core::RolloutId, const std::string&,
                                                                   const core::Now&, core::Effects&));

  DaemonInfo info_;
  FleetAccess& fleet_;
  Imports imports_;
  std::mutex import_;  // one bundle at a time: each is a megabyte and an fsync
};

// The HTTP status that fits.
[[nodiscard]] int status_of(ErrorCode code);

}  // namespace flotilla::api
