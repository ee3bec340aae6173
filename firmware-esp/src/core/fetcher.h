// What the two downloads share: asking with back-off and jitter, the order's deadline over resets as well, stalls, and the
// check of what lies in flash.
#pragma once

#include <cstdint>

#include "common/reason.h"
#include "firmware-esp/src/core/records.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class Fetcher {
 public:
  static constexpr std::uint32_t kRecordSeconds = 60;  // between two records of the time used

  [[nodiscard]] bool active() const { return phase_ != Phase::Idle; }
  void stop(const hal::Ports& ports);

  [[nodiscard]] Reason reason() const { return reason_; }
  [[nodiscard]] int http_status() const { return http_status_; }    // of the last refusal; 0: none
  [[nodiscard]] std::uint32_t seconds(hal::Clock& clock) const;     // of the download's time used
  [[nodiscard]] bool in_trouble() const { return delay_ms_ != 0; }  // since the last bytes it had to back off

 protected:
  enum class Phase : std::uint8_t { Idle, Filler, Rehash, Wait, Fetch, Check, Assemble };

  // Time used before a reset counts. The phase is left to the caller.
  void begin_time(hal::Clock& clock, std::uint32_t seconds_before);
  // Wait: asks for the bytes from `offset` on when it is time to; then Fetch.
  Progress ask(const hal::Ports& ports, const AttemptRecord& order, std::uint32_t offset);
  // Fetch: after a poll that brought neither bytes nor the end.
  Progress nothing_came(const hal::Ports& ports, const AttemptRecord& order, hal::DownloadStatus status);
  void bytes_came(hal::Clock& clock);  // the next back-off is a short one again
  [[nodiscard]] bool late(const hal::Ports& ports, const AttemptRecord& order) const;
  // Of the stream so far, which ends.
  [[nodiscard]] static bool has_digest(const hal::Ports& ports, const AttemptRecord& order);
  Progress begin_check(const hal::Ports& ports, std::uint32_t address, std::uint32_t size);
  // Check: what will be used is what lies in flash, not what went past on the wire. Done: it has the order's digest.
  Progress check(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch);
  Progress fail(Reason reason);

  Phase phase_ = Phase::Idle;
  FlashHasher hasher_;

 private:
  void back_off(const hal::Ports& ports);

  Reason reason_ = Reason::None;
  int http_status_ = 0;
  std::uint32_t delay_ms_ = 0;
  std::uint32_t retry_ms_ = 0;  // these two by the clock's low 32 bits: they are never days away
  std::uint32_t heard_ms_ = 0;
  std::uint64_t began_ms_ = 0;
};

}  // namespace flotilla
