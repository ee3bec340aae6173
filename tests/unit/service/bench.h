// An engine on fakes: the test is the broker, the operator, and the clock.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "daemon/service/engine.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_store.h"
#include "tests/fakes/recording_publisher.h"
#include "tests/fakes/trace.h"
#include "tests/support/process.h"

namespace flotilla::service {

inline Digest digest_of(std::uint8_t seed) {
  Digest digest;
  digest.bytes.fill(seed);
  return digest;
}

inline Heartbeat heartbeat_on(const std::string& version, std::uint8_t image) {
  Heartbeat heartbeat;
  heartbeat.boot_id = 7;
  heartbeat.boot_count = 1;
  heartbeat.hardware = Name("d1-mini");
  heartbeat.product = Name("sensor");
  heartbeat.running_version = VersionText(version);
  heartbeat.running_sha256 = digest_of(image);
  heartbeat.running_counter = image;
  heartbeat.trust_version = 1;
  heartbeat.slot_size = 1'000'000;
  heartbeat.flash_size = 4'194'304;
  heartbeat.local_rollback = true;
  return heartbeat;
}

inline core::Release release_of(const std::string& version, std::uint8_t image) {
  core::Release release;
  release.version = version;
  release.signed_manifest = "signed " + version;
  release.added_by = "alice";
  release.manifest.product = Name("sensor");
  static_cast<void>(release.manifest.hardware.push_back(Name("d1-mini")));
  release.manifest.version = VersionText(version);
  release.manifest.release_counter = image;
  release.manifest.image_size = 420'000;
  release.manifest.image_sha256 = digest_of(image);
  return release;
}

class Bench {
 public:
  Bench() {
    config.tick_ms = 2;
    config.commit_window_ms = 1;
    config.stop_wait_ms = 200;
  }

  // A restart when there was one before.
  void start() {
    engine.reset();
    engine = std::make_unique<Engine>(config, EnginePorts{store, publisher, access, catalog, configs, signer, clock});
    ASSERT_TRUE(engine->start().ok());
  }

  // Everything posted so far has been handled, and the commit that came of it is over.
  void settle() const {
    for (int i = 0; i < 2; ++i) static_cast<void>(engine->query([](const core::Fleet&, const core::Now&) {}));
  }

  // The broker's client tells of the acknowledgement at once.
  void acknowledge_all() {
    publisher.on_publish([this](const fakes::Publication& p) { engine->post_published(p.device, p.token); });
  }

  void add_release(const std::string& version, std::uint8_t image) const {
    const auto added = engine->execute([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
      return fleet.add_release(release_of(version, image), now, out);
    });
    ASSERT_TRUE(added.ok()) << added.error().message;
  }

  [[nodiscard]] Result<core::RolloutId, Error> start_rollout(const std::string& version) const {
    core::RolloutSpec spec;
    spec.release = version;
    spec.actor = "alice";
    spec.policy.waves = {{100, true}};
    spec.policy.trial_seconds = 30;
    return engine->command<core::RolloutId>([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
      return fleet.start_rollout(spec, now, out);
    });
  }

  // `devices` on 1.0.0 are connected, 1.1.0 is added and ordered to all of them; returns when `publications` are out.
  void order_all(int devices) {
    engine->post_broker(true);
    for (int i = 1; i <= devices; ++i) engine->post_heartbeat("esp-" + std::to_string(i), heartbeat_on("1.0.0", 1));
    settle();
    add_release("1.1.0", 2);
    const auto started = start_rollout("1.1.0");
    ASSERT_TRUE(started.ok()) << started.error().message;
  }

  // Time goes by until it is so, in steps in which everybody is heard.
  [[nodiscard]] bool pass_until(const std::function<bool()>& condition) {
    return test::wait_until([&] {
      clock.advance_ms(100);
      return condition();
    });
  }

  EngineConfig config;
  fakes::Trace trace;
  fakes::ManualClock clock;
  fakes::MemoryStore store{trace};
  fakes::RecordingPublisher publisher{trace};
  fakes::RecordingAccess access{trace};
  fakes::MemoryCatalog catalog;
  fakes::MemoryConfigs configs{trace};
  fakes::ReadableSigner signer;
  std::unique_ptr<Engine> engine;
};

}  // namespace flotilla::service
