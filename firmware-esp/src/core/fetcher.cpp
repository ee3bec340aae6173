#include "firmware-esp/src/core/fetcher.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kFirstDelayMs = 1000;
constexpr std::uint32_t kLastDelayMs = 60000;
constexpr std::uint32_t kStallMs = 60000;
constexpr int kRangeNotSatisfiable = 416;

}  // namespace

void Fetcher::stop(const hal::Ports& ports) {
  if (active()) ports.download.stop();
  phase_ = Phase::Idle;
}

Progress Fetcher::fail(Reason reason) {
  reason_ = reason;
  return Progress::Failed;
}

void Fetcher::begin_time(hal::Clock& clock, std::uint32_t seconds_before) {
  retry_ms_ = now_ms(clock);
  began_ms_ = clock.monotonic_ms() - std::uint64_t{seconds_before} * 1000;  // wraps, as the difference to it does
}

std::uint32_t Fetcher::seconds(hal::Clock& clock) const {
  return static_cast<std::uint32_t>((clock.monotonic_ms() - began_ms_) / 1000);
}

bool Fetcher::late(const hal::Ports& ports, const AttemptRecord& order) const {
  return seconds(ports.clock) >= order.download_seconds;
}

void Fetcher::bytes_came(hal::Clock& clock) {
  http_status_ = 0;
  delay_ms_ = 0;
  heard_ms_ = now_ms(clock);
}

Progress Fetcher::ask(const hal::Ports& ports, const AttemptRecord& order, std::uint32_t offset) {
  if (late(ports, order)) return fail(http_status_ != 0 ? Reason::DownloadRefused : Reason::DownloadDeadline);
  const std::uint32_t now = now_ms(ports.clock);
  if (static_cast<std::int32_t>(now - retry_ms_) < 0) return Progress::Working;
  heard_ms_ = now;
  ports.download.begin(order.path.view(), offset);
  phase_ = Phase::Fetch;
  return Progress::Working;
}

Progress Fetcher::nothing_came(const hal::Ports& ports, const AttemptRecord& order, hal::DownloadStatus status) {
  if (status == hal::DownloadStatus::Pending) {
    if (late(ports, order)) return fail(Reason::DownloadDeadline);
    if (now_ms(ports.clock) - heard_ms_ >= kStallMs) back_off(ports);  // the connection is taken for broken
    return Progress::Working;
  }
  http_status_ = status == hal::DownloadStatus::Refused ? ports.download.http_status() : 0;
  if (http_status_ == kRangeNotSatisfiable) return fail(Reason::SizeMismatch);
  back_off(ports);
  return Progress::Working;
}

// Doubled each time, and spread between half and all of it, so that a fleet does not come back at one moment.
void Fetcher::back_off(const hal::Ports& ports) {
  ports.download.stop();
  delay_ms_ = delay_ms_ == 0 ? kFirstDelayMs : (delay_ms_ >= kLastDelayMs / 2 ? kLastDelayMs : delay_ms_ * 2);
  retry_ms_ = now_ms(ports.clock) + delay_ms_ / 2 + ports.random.next() % (delay_ms_ / 2 + 1);
  phase_ = Phase::Wait;
}

bool Fetcher::has_digest(const hal::Ports& ports, const AttemptRecord& order) {
  return ports.crypto.hash_finish() == order.image_sha256;
}

Progress Fetcher::begin_check(const hal::Ports& ports, std::uint32_t address, std::uint32_t size) {
  hasher_.begin(ports.crypto, address, size);
  phase_ = Phase::Check;
  return Progress::Working;
}

Progress Fetcher::check(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch) {
  const Progress progress = hasher_.step(ports.flash, ports.crypto, scratch);
  if (progress == Progress::Failed) return fail(Reason::FlashError);
  if (progress == Progress::Done && !has_digest(ports, order)) return fail(Reason::DigestMismatch);
  return progress;
}

}  // namespace flotilla
