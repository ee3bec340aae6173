#include "daemon/mqtt/ingest.h"

#include "proto/host/codec.h"
#include "proto/topics.h"

namespace flotilla::mqtt {
namespace {

constexpr std::size_t kQuoted = 80;  // bytes of foreign text that are worth repeating

std::string quote(std::string_view text) {
  return "'" + std::string(text.substr(0, kQuoted)) + (text.size() > kQuoted ? "...'" : "'");
}

void ingest_heartbeat(const std::string& device, ByteView payload, bool retained, IngestSink& sink) {
  if (retained) {
    sink.malformed(device, "a retained heartbeat tells an old state; heartbeats must be published without retain");
    return;
  }
  if (payload.size > kMaxHeartbeat) {
    sink.malformed(device, "a heartbeat of " + std::to_string(payload.size) + " bytes, at most " +
                               std::to_string(kMaxHeartbeat) + " are allowed");
    return;
  }
  Heartbeat heartbeat;
  if (!wire::decode(payload, heartbeat)) {
    sink.malformed(device, "a heartbeat of " + std::to_string(payload.size) +
                               " bytes that does not decode; is it firmware of another project or a damaged one?");
    return;
  }
  if (heartbeat.protocol_version != kProtocolVersion) {
    sink.malformed(device, "a heartbeat of protocol version " + std::to_string(heartbeat.protocol_version) +
                               ", this daemon speaks version " + std::to_string(kProtocolVersion) +
                               "; update the daemon or the device's agent");
    return;
  }
  sink.heartbeat(device, heartbeat);
}

void ingest_presence(const std::string& device, ByteView payload, IngestSink& sink) {
  if (payload.text() == kOnline) {
    sink.presence(device, true);
  } else if (payload.text() == kOffline) {
    sink.presence(device, false);
  } else if (!payload.empty()) {  // empty: somebody cleared the retained message
    sink.malformed(device, "presence " + quote(payload.text()) + " is neither 'online' nor 'offline'");
  }
}

}  // namespace

void ingest(std::string_view topic, ByteView payload, bool retained, IngestSink& sink) {
  ParsedTopic parsed;
  if (!parse_topic(topic, parsed)) {
    sink.malformed({}, "a message on the topic " + quote(topic) + ", which is not a device's");
    return;
  }
  const std::string device(parsed.device_id);
  switch (parsed.kind) {
    case TopicKind::Heartbeat: ingest_heartbeat(device, payload, retained, sink); return;
    case TopicKind::Presence: ingest_presence(device, payload, sink); return;
    case TopicKind::Command: sink.malformed(device, "a command came back to the daemon"); return;
  }
}

}  // namespace flotilla::mqtt
