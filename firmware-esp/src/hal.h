// What a platform must offer to the device agent: seven small ports. Implemented in esp8266/ (Arduino), in
// firmware-esp/virtual (a desk) and by the fakes of the tests. Everything is called from one thread; nothing calls back
// into the agent. No port blocks for longer than a second, but for a
// TLS connection that is made on the chip (esp8266/tls_client.h: up to 15 s where a server falls silent).
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/bytes.h"
#include "common/messages.h"
#include "common/trust.h"

namespace flotilla::hal {

// NOR flash: erasing sets a 4096-byte sector to 0xFF, writing only clears bits. Addresses and sizes are multiples of 4.
// One call reads or writes at most 4 KB (the agent: 1 KB), but Agent::begin() and a few steps hash a whole image of up to
// 1 MB in one go: an adapter feeds the watchdog in each call of read() and erase_sector().
class Flash {
 public:
  virtual ~Flash() = default;
  virtual bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) = 0;
  virtual bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) = 0;
  virtual bool erase_sector(std::uint32_t address) = 0;  // of the sector that begins at `address`
  // As the running image was linked for, which decides where the SDK keeps its sectors; never more than the chip has.
  virtual std::uint32_t size() = 0;
};

// What is known of this boot. Does not change while it lasts.
struct BootFacts {
  ResetReason reset_reason = ResetReason::Unknown;
  std::uint32_t chip_id = 0;
  bool power_safe = false;  // a power cut while the image is copied does no harm: our bootloader
  bool tried = false;       // the image armed last was started at least once; known only where power_safe
};

// At the next reset the image area is to hold `length` bytes from that slot.
struct BootOrder {
  std::uint8_t slot = 0;
  std::uint32_t length = 0;
  // The image to go back to without the agent's help, and after how many boots that were not confirmed. For power-safe
  // boot paths; trial_boots 0: no trial.
  std::uint8_t fallback_slot = 0;
  std::uint32_t fallback_length = 0;
  std::uint8_t trial_boots = 0;
};

// The boot path: the stock eboot's copy command, or our bootloader's journal.
class Boot {
 public:
  virtual ~Boot() = default;
  virtual BootFacts facts() = 0;
  // false: the order could not be placed. A later call replaces it.
  virtual bool arm(const BootOrder& order) = 0;
  // The running image is to stay: no more trial boots are counted. Durable when it returns true. Nothing to do for a
  // stock boot path, nor where there is no trial.
  virtual bool confirm() = 0;
  // This slot holds the running image, confirmed: a power-safe boot path repairs the image area from it. false: that
  // could not be noted, and nothing else is lost.
  virtual bool keep(std::uint8_t slot, std::uint32_t length) = 0;
  // On the chip this does not return; elsewhere it does, and the caller must return from its step at once.
  virtual void restart() = 0;
  // Leaves a one-time token in RTC memory: the next reset is a planned wake from deep sleep, not a crash.
  virtual void plan_wake() = 0;
  // Takes the token. true at most once for each plan_wake(), and never after power was away.
  virtual bool planned_wake() = 0;
};

// Streaming SHA-256 beside the envelope's hash and signature check. One stream at a time; sha256() and verify() may be
// called while a stream is open.
class Crypto : public TrustCrypto {
 public:
  virtual void hash_begin() = 0;
  virtual void hash_update(ByteView bytes) = 0;
  virtual Digest hash_finish() = 0;
};

enum class DownloadStatus : std::uint8_t {
  Pending,   // nothing yet: poll again
  Data,      // `received` bytes were written to the buffer
  Complete,  // the whole file has been delivered
  Refused,   // an HTTP status other than 200 or 206: http_status() says which. Not a failure by itself
  Broken,    // the connection could not be made or was cut: may be resumed
};

// HTTPS GET over mutual TLS, from the servers of the provisioning.
class Download {
 public:
  virtual ~Download() = default;
  // Starts a request for the bytes from `offset` on ("Range: bytes=<offset>-" where it is not 0), ends a running one.
  virtual void begin(std::string_view path, std::uint32_t offset) = 0;
  virtual DownloadStatus poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) = 0;
  virtual int http_status() = 0;           // of the last answer; 0 before it came
  virtual std::uint32_t total_size() = 0;  // of the whole file as the server says; 0 when unknown
  virtual void stop() = 0;
};

enum class Link : std::uint8_t {
  NoNetwork,    // Wi-Fi is down
  Unreachable,  // no TCP connection to the broker: nothing the image could be blamed for
  Refused,      // TCP works, TLS or MQTT does not
  Up,           // connected, and the subscription to the command topic was granted
};

// MQTT 3.1.1 over mutual TLS, QoS 1, with the retained last will "offline" on the presence topic. The platform connects
// by itself, again and again with backoff, subscribes to the device's command topic and publishes "online", retained.
class Mqtt {
 public:
  virtual ~Mqtt() = default;
  virtual void poll() = 0;
  virtual Link link() = 0;
  // The packet id, never 0, or 0 when nothing could be sent.
  virtual std::uint16_t publish(std::string_view topic, ByteView payload) = 0;
  // The packet id of the newest acknowledged publish of this connection; 0 before the first.
  virtual std::uint16_t acknowledged() = 0;
  // The next message of the command topic, if any. It stays valid until the next poll(). Oversized ones never arrive.
  virtual bool receive(ByteView& payload) = 0;
  // Counts the connections made: a new number means a new subscription.
  virtual std::uint32_t session() = 0;
  // Says "offline", closes in order, and connects again by itself as after any loss: with a new session, to which the
  // retained command comes again. The agent asks for it at most once a minute, and before a deep sleep.
  virtual void disconnect() = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::uint64_t monotonic_ms() = 0;  // since the boot
  virtual std::uint64_t unix_seconds() = 0;  // 0 while the time is not known
};

// Its low 32 bits, which start over after 49 days: for times that are never far apart.
inline std::uint32_t now_ms(Clock& clock) { return static_cast<std::uint32_t>(clock.monotonic_ms()); }

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint32_t next() = 0;
};

struct Ports {
  Flash& flash;
  Boot& boot;
  Crypto& crypto;
  Download& download;
  Mqtt& mqtt;
  Clock& clock;
  Random& random;
};

}  // namespace flotilla::hal
