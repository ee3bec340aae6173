#include "firmware-esp/src/core/downloader.h"

#include <cstring>

namespace flotilla {
namespace {

constexpr std::uint32_t kMilli = 1000;
constexpr std::uint32_t kBurst = static_cast<std::uint32_t>(std::tuple_size<Scratch>::value) * kMilli;

}  // namespace

void Downloader::begin(const hal::Ports& ports, std::uint8_t slot, const ProgressRecord& done,
                       std::uint32_t bytes_per_second) {
  set_to_zero(*this);
  slot_ = slot;
  pace_ = bytes_per_second;
  paid_ = kBurst;
  begin_time(ports.clock, done.seconds);
  bytes_ = done.bytes;
  writer_.begin(slot, bytes_);
  phase_ = bytes_ == 0 ? Phase::Filler : Phase::Rehash;
  if (phase_ == Phase::Rehash) hasher_.begin(ports.crypto, flash_map::kSlotImage[slot], bytes_);
}

std::uint32_t Downloader::safe_bytes(const AttemptRecord& order) const {
  return whole_ ? order.image_size : bytes_ / kRecordEvery * kRecordEvery;
}

Progress Downloader::step(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch) {
  if (phase_ == Phase::Filler) {
    if (!write_filler(ports.flash, slot_)) return fail(Reason::FlashError);
    ports.crypto.hash_begin();
    phase_ = Phase::Wait;
  } else if (phase_ == Phase::Rehash) {
    const Progress progress = hasher_.step(ports.flash, ports.crypto, scratch);
    if (progress == Progress::Failed) return fail(Reason::FlashError);
    if (progress == Progress::Done) phase_ = Phase::Wait;
  } else if (phase_ == Phase::Wait) {
    if (bytes_ >= order.image_size) return complete(ports, order);
    carry_size_ = 0;
    return ask(ports, order, bytes_);
  } else if (phase_ == Phase::Fetch) {
    return fetch(ports, order, scratch);
  } else if (phase_ == Phase::Check) {
    const Progress progress = check(ports, order, scratch);
    if (progress != Progress::Done) return progress;
    if (image_size_at(ports.flash, flash_map::kSlotImage[slot_]) != order.image_size) return fail(Reason::BadImage);
    phase_ = Phase::Idle;
    return Progress::Done;
  }
  return Progress::Working;
}

// A token bucket of one buffer. It waits for a quarter of it, because reading byte by byte costs more than it spares.
std::size_t Downloader::allowed(std::uint32_t now, std::size_t capacity) {
  if (pace_ == 0) return capacity;
  const std::uint64_t earned = std::uint64_t{now - paid_ms_} * pace_;
  paid_ms_ = now;
  paid_ = earned < kBurst - paid_ ? paid_ + static_cast<std::uint32_t>(earned) : kBurst;
  const std::size_t bytes = paid_ / kMilli;
  if (bytes < kBurst / kMilli / 4) return 0;
  return bytes < capacity ? bytes : capacity;
}

Progress Downloader::fetch(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch) {
  const std::size_t capacity = allowed(now_ms(ports.clock), scratch.size() - carry_size_);
  if (capacity == 0) return late(ports, order) ? fail(Reason::DownloadDeadline) : Progress::Working;
  std::size_t received = 0;
  std::memcpy(scratch.data(), carry_.data(), carry_size_);
  const auto status = ports.download.poll(scratch.data() + carry_size_, capacity, received);
  if (pace_ != 0) paid_ -= static_cast<std::uint32_t>(received) * kMilli;
  const std::uint32_t total = ports.download.total_size();
  if (total != 0 && total != order.image_size && status != hal::DownloadStatus::Refused) {
    return fail(Reason::SizeMismatch);
  }
  if (status == hal::DownloadStatus::Data) {
    return take(ports, order, scratch, static_cast<std::uint32_t>(received));
  }
  if (status == hal::DownloadStatus::Complete) return complete(ports, order);
  return nothing_came(ports, order, status);
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
  if (received != 0) bytes_came(ports.clock);
  return late(ports, order) && !last ? fail(Reason::DownloadDeadline) : Progress::Working;
}

Progress Downloader::complete(const hal::Ports& ports, const AttemptRecord& order) {
  if (phase_ == Phase::Fetch) ports.download.stop();
  if (bytes_ != order.image_size) return fail(Reason::SizeMismatch);
  if (!has_digest(ports, order)) return fail(Reason::DigestMismatch);
  whole_ = true;
  return begin_check(ports, flash_map::kSlotImage[slot_], order.image_size);
}

}  // namespace flotilla
