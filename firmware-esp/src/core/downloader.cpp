#include "firmware-esp/src/core/downloader.h"

#include <cstring>

namespace flotilla {
namespace {

constexpr int kRangeNotSatisfiable = 416;
constexpr std::uint32_t kMilli = 1000;
constexpr std::uint32_t kBurst = static_cast<std::uint32_t>(std::tuple_size<Scratch>::value) * kMilli;

}  // namespace

void Downloader::begin(const hal::Ports& ports, std::uint8_t slot, const ProgressRecord& done,
                       std::uint32_t bytes_per_second) {
  *this = {};
  slot_ = slot;
  pace_ = bytes_per_second;
  paid_ = kBurst;
  timer_.begin(ports.clock, done.seconds);
  bytes_ = done.bytes;
  writer_.begin(slot, bytes_);
  phase_ = bytes_ == 0 ? Phase::Filler : Phase::Rehash;
  if (phase_ == Phase::Rehash) hasher_.begin(ports.crypto, flash_map::kSlotImage[slot], bytes_);
}

void Downloader::stop(const hal::Ports& ports) {
  if (phase_ != Phase::Idle) ports.download.stop();
  phase_ = Phase::Idle;
}

std::uint32_t Downloader::safe_bytes(const AttemptRecord& order) const {
  return whole_ ? order.image_size : bytes_ / kRecordEvery * kRecordEvery;
}

bool Downloader::late(const hal::Ports& ports, const AttemptRecord& order) const {
  return timer_.seconds(ports.clock) >= order.download_seconds;
}

Progress Downloader::fail(Reason reason) {
  reason_ = reason;
  return Progress::Failed;
}

Progress Downloader::step(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch) {
  switch (phase_) {
    case Phase::Idle: return Progress::Working;
    case Phase::Filler:
      if (!writer_.write_filler(ports.flash, scratch)) return fail(Reason::FlashError);
      ports.crypto.hash_begin();
      phase_ = Phase::Wait;
      return Progress::Working;
    case Phase::Rehash: {
      const Progress progress = hasher_.step(ports.flash, ports.crypto, scratch);
      if (progress == Progress::Failed) return fail(Reason::FlashError);
      if (progress == Progress::Done) phase_ = Phase::Wait;
      return Progress::Working;
    }
    case Phase::Wait:
      if (bytes_ >= order.image_size) return complete(ports, order);
      if (late(ports, order)) return fail(http_status_ != 0 ? Reason::DownloadRefused : Reason::DownloadDeadline);
      if (timer_.waiting(ports.clock)) return Progress::Working;
      timer_.asked(ports.clock);
      ports.download.begin(order.path.view(), bytes_);
      phase_ = Phase::Fetch;
      return Progress::Working;
    case Phase::Fetch: return fetch(ports, order, scratch);
    case Phase::Check: return check(ports, order, scratch);
  }
  return fail(Reason::FlashError);
}

// A token bucket of one buffer. It waits for a quarter of it, because reading byte by byte costs more than it spares.
std::size_t Downloader::allowed(std::uint64_t now_ms, std::size_t capacity) {
  if (pace_ == 0) return capacity;
  const std::uint64_t earned = (now_ms - paid_ms_) * pace_;
  paid_ms_ = now_ms;
  paid_ = earned < kBurst - paid_ ? paid_ + static_cast<std::uint32_t>(earned) : kBurst;
  const std::size_t bytes = paid_ / kMilli;
  if (bytes < kBurst / kMilli / 4) return 0;
  return bytes < capacity ? bytes : capacity;
}

Progress Downloader::fetch(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch) {
  const std::size_t capacity = allowed(ports.clock.monotonic_ms(), scratch.size() - carry_size_);
  if (capacity == 0) return late(ports, order) ? fail(Reason::DownloadDeadline) : Progress::Working;
  std::size_t received = 0;
  std::memcpy(scratch.data(), carry_.data(), carry_size_);
  const auto status = ports.download.poll(scratch.data() + carry_size_, capacity, received);
  if (pace_ != 0) paid_ -= static_cast<std::uint32_t>(received) * kMilli;
  const std::uint32_t total = ports.download.total_size();
  if (total != 0 && total != order.image_size && status != hal::DownloadStatus::Refused) {
    return fail(Reason::SizeMismatch);
  }
  switch (status) {
    case hal::DownloadStatus::Data: return take(ports, order, scratch, static_cast<std::uint32_t>(received));
    case hal::DownloadStatus::Complete: return complete(ports, order);
    case hal::DownloadStatus::Refused:
      http_status_ = ports.download.http_status();
      if (http_status_ == kRangeNotSatisfiable) return fail(Reason::SizeMismatch);
      back_off(ports);
      return Progress::Working;
    case hal::DownloadStatus::Broken:
      http_status_ = 0;
      back_off(ports);
      return Progress::Working;
    case hal::DownloadStatus::Pending: break;
  }
  if (late(ports, order)) return fail(Reason::DownloadDeadline);
  if (timer_.stalled(ports.clock)) back_off(ports);
  return Progress::Working;
}

// Writes the whole words and hashes exactly what was written, so that a broken connection leaves both at one place.
Progress Downloader::take(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch,
                          std::uint32_t received) {
  std::uint32_t size = carry_size_ + received;
  if (size > order.image_size - bytes_) return fail(Reason::SizeMismatch);
  std::uint32_t words = size & ~std::uint32_t{3};
  const bool last = size == order.image_size - bytes_;
  if (last && words != size) {
    words += 4;
    std::memset(scratch.data() + size, 0xFF, words - size);
  }
  if (!writer_.append(ports.flash, scratch.data(), words)) return fail(Reason::FlashError);
  const std::uint32_t written = last ? size : words;
  ports.crypto.hash_update(ByteView(scratch.data(), written));
  bytes_ += written;
  carry_size_ = static_cast<std::uint8_t>(size - written);
  std::memcpy(carry_.data(), scratch.data() + written, carry_size_);
  if (received != 0) {
    http_status_ = 0;
    timer_.heard(ports.clock);
  }
  return late(ports, order) && !last ? fail(Reason::DownloadDeadline) : Progress::Working;
}

Progress Downloader::complete(const hal::Ports& ports, const AttemptRecord& order) {
  if (phase_ == Phase::Fetch) ports.download.stop();
  if (bytes_ != order.image_size) return fail(Reason::SizeMismatch);
  if (ports.crypto.hash_finish() != order.image_sha256) return fail(Reason::DigestMismatch);
  whole_ = true;
  hasher_.begin(ports.crypto, flash_map::kSlotImage[slot_], order.image_size);
  phase_ = Phase::Check;
  return Progress::Working;
}

// What will be started is what lies in flash, not what went past on the wire.
Progress Downloader::check(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch) {
  const Progress progress = hasher_.step(ports.flash, ports.crypto, scratch);
  if (progress == Progress::Failed) return fail(Reason::FlashError);
  if (progress == Progress::Working) return progress;
  if (ports.crypto.hash_finish() != order.image_sha256) return fail(Reason::DigestMismatch);
  if (image_size_at(ports.flash, flash_map::kSlotImage[slot_]) != order.image_size) return fail(Reason::BadImage);
  phase_ = Phase::Idle;
  return Progress::Done;
}

void Downloader::back_off(const hal::Ports& ports) {
  ports.download.stop();
  carry_size_ = 0;
  timer_.back_off(ports.clock, ports.random);
  phase_ = Phase::Wait;
}

}  // namespace flotilla
