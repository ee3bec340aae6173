// Fills a slot with an order's image: over HTTPS, resumed with Range after a cut, and at last hashed again from flash.
#pragma once

#include <cstdint>

#include "firmware-esp/src/core/fetcher.h"
#include "firmware-esp/src/core/records.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class Downloader : public Fetcher {
 public:
  static constexpr std::uint32_t kRecordEvery = 64 * 1024;  // bytes between two records of the progress

  // `done` says what lies in the slot for certain (a multiple of kRecordEvery, or all of it); that is hashed, not
  // fetched again. Time used before counts for the order's download seconds. `bytes_per_second` is the pace at which the
  // server is read, beyond a first buffer; 0: as fast as it comes.
  void begin(const hal::Ports& ports, std::uint8_t slot, const ProgressRecord& done, std::uint32_t bytes_per_second);

  // One buffer's work. Done: the slot holds the signed image. Failed: reason() says why.
  [[nodiscard]] Progress step(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch);

  [[nodiscard]] std::uint32_t bytes() const { return bytes_; }               // in the slot
  [[nodiscard]] std::uint32_t safe_bytes(const AttemptRecord& order) const;  // what may be recorded as done
  // Bytes come, or are hashed: no sign that anything is wrong with the connection.
  [[nodiscard]] bool flows() const { return active() && !in_trouble(); }

 private:
  Progress fetch(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch);
  Progress take(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch, std::uint32_t received);
  Progress complete(const hal::Ports& ports, const AttemptRecord& order);
  std::size_t allowed(std::uint32_t now, std::size_t capacity);

  std::uint8_t slot_ = 0;
  bool whole_ = false;  // all bytes are in the slot and their stream had the signed SHA-256
  std::uint8_t carry_size_ = 0;
  std::array<std::uint8_t, 4> carry_{};  // the flash is written by words: what came beyond the last whole one
  std::uint32_t bytes_ = 0;
  std::uint32_t pace_ = 0;  // bytes per second
  std::uint32_t paid_ = 0;  // thousandths of a byte that may be read
  std::uint32_t paid_ms_ = 0;
  SlotWriter writer_;
};

}  // namespace flotilla
