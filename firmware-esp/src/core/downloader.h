// Fills a slot with an order's image: over HTTPS, resumed with Range after a cut, and at last hashed again from flash.
#pragma once

#include <cstdint>

#include "common/reason.h"
#include "firmware-esp/src/core/fetch_timer.h"
#include "firmware-esp/src/core/records.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class Downloader {
 public:
  static constexpr std::uint32_t kRecordEvery = 64 * 1024;  // bytes between two records of the progress

  // `done` says what lies in the slot for certain (a multiple of kRecordEvery, or all of it); that is hashed, not
  // fetched again. Time used before counts for the order's download seconds. `bytes_per_second` is the pace at which the
  // server is read, beyond a first buffer; 0: as fast as it comes.
  void begin(const hal::Ports& ports, std::uint8_t slot, const ProgressRecord& done, std::uint32_t bytes_per_second);
  [[nodiscard]] bool active() const { return phase_ != Phase::Idle; }

  // One buffer's work. Done: the slot holds the signed image. Failed: reason() says why.
  [[nodiscard]] Progress step(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch);
  void stop(const hal::Ports& ports);

  [[nodiscard]] Reason reason() const { return reason_; }
  [[nodiscard]] int http_status() const { return http_status_; }             // of the last refusal; 0: none
  [[nodiscard]] std::uint32_t bytes() const { return bytes_; }               // in the slot
  [[nodiscard]] std::uint32_t safe_bytes(const AttemptRecord& order) const;  // what may be recorded as done
  // Of the download's time used.
  [[nodiscard]] std::uint32_t seconds(hal::Clock& clock) const { return timer_.seconds(clock); }
  // Bytes come, or are hashed: no sign that anything is wrong with the connection.
  [[nodiscard]] bool flows() const { return active() && !timer_.in_trouble(); }

 private:
  enum class Phase : std::uint8_t { Idle, Filler, Rehash, Wait, Fetch, Check };

  Progress fetch(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch);
  Progress take(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch, std::uint32_t received);
  Progress complete(const hal::Ports& ports, const AttemptRecord& order);
  Progress check(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch);
  Progress fail(Reason reason);
  void back_off(const hal::Ports& ports);
  std::size_t allowed(std::uint64_t now_ms, std::size_t capacity);
  bool late(const hal::Ports& ports, const AttemptRecord& order) const;

  Phase phase_ = Phase::Idle;
  std::uint8_t slot_ = 0;
  Reason reason_ = Reason::None;
  bool whole_ = false;  // all bytes are in the slot and their stream had the signed SHA-256
  std::uint8_t carry_size_ = 0;
  std::array<std::uint8_t, 4> carry_{};  // the flash is written by words: what came beyond the last whole one
  int http_status_ = 0;
  std::uint32_t bytes_ = 0;
  std::uint32_t pace_ = 0;  // bytes per second
  std::uint32_t paid_ = 0;  // thousandths of a byte that may be read
  std::uint64_t paid_ms_ = 0;
  FetchTimer timer_;
  SlotWriter writer_;
  FlashHasher hasher_;
};

}  // namespace flotilla
