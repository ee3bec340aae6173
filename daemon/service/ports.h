// What the engine needs from the world: each port is implemented by one adapter, called from the engine's thread alone
// unless it says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
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

enum class FileKind : std::uint8_t { Image, Config };

// Who may fetch which file, at most one a device: written by the engine before an order goes out, read by the image
// server's thread.
class FileAccess {
 public:
  virtual ~FileAccess() = default;
  virtual void allow(const std::string& device, FileKind kind, const Digest& file) = 0;
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

// Configuration files by digest. They hold secrets: private to the daemon's user, never logged, and gone as soon as no
// order needs them. All is called on the engine's thread.
class ConfigFiles {
 public:
  virtual ~ConfigFiles() = default;
  // Durably stored before it returns.
  virtual Result<Unit, Error> put(const Digest& sha256, const std::string& content) = 0;
  // Refuses with Corrupt where the file is missing or its bytes do not have the digest.
  virtual Result<Unit, Error> check(const Digest& sha256) = 0;
  virtual void remove(const Digest& sha256) = 0;
  // Removes every other file: what a crash has left.
  virtual void keep_only(const std::set<Digest>& needed) = 0;
};

// Makes the signed envelope that goes to the device. `signed_manifest` is empty for other kinds than Install; `file` is
// the image's digest for an Install, the configuration's for an UpdateConfig.
class CommandSigner {
 public:
  virtual ~CommandSigner() = default;
  virtual Result<std::string, Error> sign(const core::Order& order, const std::string& device,
                                          const std::string& signed_manifest, const Digest& file) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual core::Now now() = 0;  // thread-safe
};

}  // namespace flotilla::service
