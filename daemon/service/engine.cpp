#include "daemon/service/engine.h"

#include "daemon/service/inbox.h"
#include "daemon/service/loop.h"

namespace flotilla::service {
namespace {

Result<Unit, Error> ask(Inbox& inbox, RequestPtr request) {
  auto reply = request->reply.get_future();
  if (!inbox.post(request)) {
    return Error{ErrorCode::Unavailable, "flotillad is stopping", "try again when it has been started"};
  }
  return reply.get();
}

}  // namespace

std::string_view to_string(EngineState state) {
  switch (state) {
    case EngineState::Stopped: return "Stopped";
    case EngineState::Running: return "Running";
    case EngineState::Degraded: return "Degraded";
  }
  return "Stopped";
}

Engine::Engine(EngineConfig config, EnginePorts ports) : loop_(std::make_unique<Loop>(std::move(config), ports)) {}
Engine::~Engine() { stop(); }

Result<Unit, Error> Engine::start() { return loop_->start(); }
void Engine::stop() { loop_->stop(); }
EngineStatus Engine::status() const { return loop_->status(); }

void Engine::post_heartbeat(const std::string& device, const Heartbeat& heartbeat) {
  loop_->inbox().post(HeartbeatEvent{device, heartbeat});
}

void Engine::post_presence(const std::string& device, bool online) {
  loop_->inbox().post(PresenceEvent{device, online});
}

void Engine::post_broker(bool up) { loop_->inbox().post(BrokerEvent{up}); }

void Engine::post_published(const std::string& device, std::uint64_t token) {
  loop_->inbox().post(PublishedEvent{device, token});
}

void Engine::post_publish_failed(const std::string& device, std::uint64_t token, const std::string& what) {
  loop_->inbox().post(PublishFailedEvent{device, token, what});
}

void Engine::post_file_unusable(FileKind kind, const Digest& file, const std::string& text) {
  loop_->inbox().post(FileUnusableEvent{kind, file, text});
}

void Engine::post_malformed(const std::string& device, const std::string& what) {
  loop_->inbox().post(MalformedEvent{device, what});
}

Result<Unit, Error> Engine::execute(Change change) {
  auto request = std::make_unique<Request>();
  request->change = std::move(change);
  return ask(loop_->inbox(), std::move(request));
}

Result<Unit, Error> Engine::query(std::function<void(const core::Fleet&, const core::Now&)> read) {
  auto request = std::make_unique<Request>();
  request->read = [&read](const core::Fleet& fleet, const core::Now& now, Store& /*store*/) -> Result<Unit, Error> {
    read(fleet, now);
    return Unit{};
  };
  return ask(loop_->inbox(), std::move(request));
}

Result<std::vector<core::HistoryEntry>, Error> Engine::history(const std::string& device, core::RolloutId rollout,
                                                               std::uint32_t limit) {
  std::vector<core::HistoryEntry> entries;
  auto request = std::make_unique<Request>();
  request->read = [&](const core::Fleet& /*fleet*/, const core::Now& /*now*/, Store& store) -> Result<Unit, Error> {
    auto rows = store.history(device, rollout, limit);
    if (!rows.ok()) return rows.error();
    entries = std::move(rows).value();
    return Unit{};
  };
  auto done = ask(loop_->inbox(), std::move(request));
  if (!done.ok()) return done.error();
  return entries;
}

}  // namespace flotilla::service
