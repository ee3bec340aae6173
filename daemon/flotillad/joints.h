// Where modules meet that do not know each other: each class speaks one module's interface and calls the other.
#pragma once

#include <string>

#include "common/trust.h"
#include "daemon/api/backend.h"
#include "daemon/catalog/config_files.h"
#include "daemon/catalog/file_catalog.h"
#include "daemon/https/image_source.h"
#include "daemon/mqtt/ingest_sink.h"
#include "daemon/service/engine.h"

namespace flotilla::daemon {

// From the broker into the engine's inbox. The broker's client needs it before there is an engine: attach() comes
// before the client is started.
class EngineIngest final : public mqtt::IngestSink {
 public:
  void attach(service::Engine& engine) { engine_ = &engine; }

  void heartbeat(const std::string& device, const Heartbeat& heartbeat) override {
    engine_->post_heartbeat(device, heartbeat);
  }
  void presence(const std::string& device, bool online) override { engine_->post_presence(device, online); }
  void broker(bool up) override { engine_->post_broker(up); }
  void published(const std::string& device, std::uint64_t token) override { engine_->post_published(device, token); }
  void publish_failed(const std::string& device, std::uint64_t token, const std::string& what) override {
    engine_->post_publish_failed(device, token, what);
  }
  void malformed(const std::string& device, const std::string& what) override { engine_->post_malformed(device, what); }

 private:
  service::Engine* engine_ = nullptr;
};

// Image files for the image server, and its complaints into the engine's inbox.
class CatalogImages final : public https::ImageSource {
 public:
  explicit CatalogImages(catalog::FileCatalog& catalog) : catalog_(catalog) {}
  std::string path(const Digest& image) override { return catalog_.path(image); }
  Result<Unit, Error> check(const Digest& image) override { return catalog_.check(image); }

 private:
  catalog::FileCatalog& catalog_;
};

class ConfigSource final : public https::ImageSource {
 public:
  explicit ConfigSource(catalog::FileConfigs& configs) : configs_(configs) {}
  std::string path(const Digest& config) override { return configs_.path(config); }
  Result<Unit, Error> check(const Digest& config) override { return configs_.check(config); }

 private:
  catalog::FileConfigs& configs_;
};

class EngineFileEvents final : public https::ImageEvents {
 public:
  EngineFileEvents(service::Engine& engine, service::FileKind kind) : engine_(engine), kind_(kind) {}
  void image_unusable(const Digest& file, const std::string& what) override {
    engine_.post_file_unusable(kind_, file, what);
  }

 private:
  service::Engine& engine_;
  const service::FileKind kind_;
};

// Opens bundles that enough release keys of the trust store have signed, and, where a product is given, of that product.
[[nodiscard]] api::BundleReader bundle_reader(const TrustStore& trust, const std::string& product);

// The engine's reports in the log.
void log_report(service::Severity severity, const std::string& text);

}  // namespace flotilla::daemon
