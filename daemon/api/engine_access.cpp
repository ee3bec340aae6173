#include "daemon/api/engine_access.h"

namespace flotilla::api {

DaemonState EngineAccess::state() {
  const service::EngineStatus status = engine_.status();
  DaemonState state;
  state.degraded = status.state != service::EngineState::Running;
  state.degraded_cause = status.cause;
  state.orders_wait = status.orders_wait;
  state.broker_connected = status.broker_up;
  // clang-format off
  state.counters = {
      {"heartbeats",          status.heartbeats},
      {"heartbeats_replaced", status.heartbeats_replaced},
      {"overload_dropped",    status.overload_dropped},
      {"malformed",           status.malformed},
      {"commits",             status.commits},
      {"commit_failures",     status.commit_failures},
      {"published",           status.published},
      {"acknowledged",        status.acknowledged},
      {"publish_failures",    status.publish_failures},
      {"outbox",              status.outbox},
      {"inbox",               status.inbox},
  };
  // clang-format on
  return state;
}

}  // namespace flotilla::api
