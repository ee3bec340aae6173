#include "firmware-esp/src/core/heartbeat.h"

#include "common/flash_map.h"
#include "common/flash_text.h"

namespace flotilla {
namespace {

std::uint32_t percent(const Ledger& ledger, std::uint32_t bytes) {
  const UpdateState state = ledger.state();
  if (state == UpdateState::Downloading) return percent_of(bytes, ledger.attempt().image_size);
  const bool has_all = is_active(state) ? state > UpdateState::Downloading : state == UpdateState::Confirmed;
  return has_all ? 100 : 0;
}

// 0 for an image flashed by cable: no manifest says which release it is.
std::uint32_t running_counter(const Ledger& ledger, const Digest& running) {
  const bool of_an_image = ledger.has_attempt() && !ledger.has_config_attempt();
  if (of_an_image && running == ledger.attempt().image_sha256) return ledger.attempt().release_counter;
  if (ledger.has_confirmed() && running == ledger.confirmed().image_sha256) return ledger.confirmed().release_counter;
  return 0;
}

// The text says only what the code does not.
void fill_error(const Ledger& ledger, int http_status, Heartbeat& out) {
  out.error = ledger.reason();
  if (out.error != Reason::DownloadRefused || http_status < 100 || http_status > 999) return;
  char text[8];
  std::size_t at = FLOTILLA_TEXT("HTTP ").copy(text, sizeof text);
  for (int unit = 100; unit != 0; unit /= 10) text[at++] = static_cast<char>('0' + http_status / unit % 10);
  out.error_text.assign_cut(std::string_view(text, sizeof text));
}

}  // namespace

std::uint32_t percent_of(std::uint32_t bytes, std::uint32_t size) {
  static_assert(flash_map::kImageMax < UINT32_MAX / 100, "no overflow");
  return size == 0 ? 0 : bytes * 100 / size;
}

void fill_heartbeat(const HeartbeatSources& from, std::uint32_t next_seconds, Heartbeat& out) {
  const auto& ledger = from.ledger;
  const auto trust_version = from.board.trust.version;
  out.boot_id = from.report.boot_id;
  out.boot_count = ledger.boot_count();
  const hal::BootFacts boot = from.ports.boot.facts();
  out.reset_reason = boot.reset_reason;
  out.uptime_seconds = static_cast<std::uint32_t>(from.ports.clock.monotonic_ms() / 1000);
  out.chip_id = boot.chip_id;
  out.hardware = from.board.hardware;
  out.product = from.board.product;
  out.agent_version.assign_cut(kAgentVersion);

  out.running_version.assign_cut(from.config.version);
  out.running_sha256 = from.running.sha256;
  out.running_counter = running_counter(ledger, from.running.sha256);
  out.security_floor = ledger.confirmed().security_floor;

  out.attempt_id = ledger.attempt().attempt_id;
  out.update_state = ledger.state();
  out.progress_percent = percent(ledger, from.report.progress_bytes);
  fill_error(ledger, from.report.http_status, out);
  out.refused_sequence = from.report.refused_sequence;
  out.refusal = from.report.refusal;
  out.last_sequence = ledger.last_command(trust_version).sequence;
  out.trust_version = trust_version;

  const std::uint32_t flash_size = from.ports.flash.size();
  const bool slots = flash_map::has_slots(flash_size);
  out.local_rollback = slots;
  out.power_safe_boot = boot.power_safe;
  out.slot_size = slots ? flash_map::kSlotSize : 0;
  out.flash_size = flash_size;
  if (from.config.vitals != nullptr) {
    const Vitals vitals = from.config.vitals();
    out.free_heap = vitals.free_heap;
    out.largest_block = vitals.largest_block;
    out.rssi = vitals.rssi;
  }
  out.next_heartbeat_seconds = next_seconds;
  out.deferred = from.report.deferred;
}

std::uint32_t HeartbeatTimer::draw(std::uint32_t interval_seconds, hal::Random& random) {
  const std::uint32_t usual_ms = (interval_seconds == 0 ? 30 : interval_seconds) * 1000;
  due_ = true;
  interval_ms_ = usual_ms - usual_ms / 10 + random.next() % (usual_ms / 5 + 1);
  return (interval_ms_ + 999) / 1000;
}

void HeartbeatTimer::sent(std::uint32_t now_ms) {
  due_ = false;
  sent_ms_ = now_ms;
}

}  // namespace flotilla
