// What the engine needs from the world: each port is implemented by one adapter, called from the engine's thread alone
// unless it says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/core/fleet.h"
#include "daemon/core/types.h"

namespace flotilla::service {

// One commit: rows as they are to be from now on. Applied whole or not at all.
struct Commit {
  std::vector<core::Device> devices;
  std::vector<core::Release> releases;
  std::vector<core::Rollout> rollouts;
  std::vector<core::Member> members;
  std::vector<core::HistoryEntry> history;
  std::vector<std::string> outbox_add;     // devices whose command is to be published
  std::vector<std::string> outbox_remove;  // published and acknowledged by the broker
  std::optional<core::FleetMeta> meta;
};

// Durable state. Every call either took effect durably or changed nothing.
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<core::FleetSnapshot, Error> load() = 0;
  virtual Result<std::vector<std::string>, Error> load_outbox() = 0;
  virtual Result<Unit, Error> commit(const Commit& commit) = 0;
  virtual Result<std::vector<core::HistoryEntry>, Error> history(const std::string& device, core::RolloutId rollout,
                                                                 std::uint32_t limit) = 0;
};

// Publishes retained commands, QoS 1. publish() only queues; an acknowledgement comes to the engine's inbox as
// Published{device, token}. While disconnected it refuses with Unavailable: the outbox keeps what is to be sent.
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual Result<Unit, Error> publish(const std::string& device, const std::string& payload, std::uint64_t token) = 0;
};

// Who may fetch which image: written by the engine before an order goes out, read by the image server's thread.
class ImageAccess {
 public:
  virtual ~ImageAccess() = default;
  virtual void allow(const std::string& device, const Digest& image) = 0;
  virtual void withdraw(const std::string& device) = 0;
};

// Image files by digest.
class ImageCatalog {
 public:
  virtual ~ImageCatalog() = default;
  // Durably stored (fsync, rename) before it returns; an equal image that is there already is success. Called by the
  // operator API on its own threads, by one at a time, beside check() on the engine's.
  virtual Result<Unit, Error> put(const Digest& sha256, const std::string& image) = 0;
  // Refuses with Corrupt where the file is missing or its bytes do not have the digest.
  virtual Result<Unit, Error> check(const Digest& sha256) = 0;
};

// Makes the signed envelope that goes to the device. `signed_manifest` is empty for other kinds than Install.
class CommandSigner {
 public:
  virtual ~CommandSigner() = default;
  virtual Result<std::string, Error> sign(const core::Order& order, const std::string& device,
                                          const std::string& signed_manifest, const Digest& image) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual core::Now now() = 0;  // thread-safe
};

}  // namespace flotilla::service
