#include "daemon/flotillad/daemon.h"

#include <utility>

#include "daemon/api/engine_access.h"
#include "daemon/api/operator_api.h"
#include "daemon/api/server.h"
#include "daemon/catalog/config_files.h"
#include "daemon/catalog/file_catalog.h"
#include "daemon/clock/system_clock.h"
#include "daemon/crypto/files.h"
#include "daemon/flotillad/command_signer.h"
#include "daemon/flotillad/commissioning.h"
#include "daemon/flotillad/config_reader.h"
#include "daemon/flotillad/joints.h"
#include "daemon/https/image_server.h"
#include "daemon/log/log.h"
#include "daemon/mqtt/broker_client.h"
#include "daemon/service/engine.h"
#include "daemon/sqlite/store.h"

namespace flotilla::daemon {
namespace {

const log::Logger kLog("flotillad");

mqtt::BrokerOptions broker_options(const config::Settings& settings) {
  mqtt::BrokerOptions options;
  options.host = settings.mqtt_host;
  options.port = settings.mqtt_port;
  options.ca = settings.mqtt_ca;
  options.certificate = settings.mqtt_cert;
  options.key = settings.mqtt_key;
  return options;
}

https::ImageServerOptions image_options(const config::Settings& settings) {
  https::ImageServerOptions options;
  options.bind = settings.https_bind;
  options.port = settings.https_port;
  options.certificate = settings.https_cert;
  options.key = settings.https_key;
  options.ca = settings.ca;
  options.crl = settings.crl;
  return options;
}

service::EngineConfig engine_config(const config::Settings& settings, std::uint32_t trust_version) {
  service::EngineConfig config;
  config.fleet.heartbeat_seconds = settings.heartbeat_seconds;
  config.fleet.trust_version = trust_version;
  config.report = log_report;
  return config;
}

}  // namespace

// In the order in which they are made; destroyed the other way round.
struct Daemon::Parts {
  Parts(const config::Settings& settings, Commissioning keys, std::unique_ptr<sqlite::SqliteStore> opened)
      : store(std::move(opened)),
        catalog(settings.data_dir + "/images"),
        configs(settings.data_dir + "/configs"),
        clock(settings.assume_clock_synchronised),
        signer(std::move(keys.command_key)),
        broker(broker_options(settings), ingest),
        engine(engine_config(settings, keys.trust.version), {*store, broker, access, catalog, configs, signer, clock}),
        images(catalog),
        image_events(engine, service::FileKind::Image),
        config_source(configs),
        config_events(engine, service::FileKind::Config),
        image_server(image_options(settings), access, {service::FileKind::Image, images, image_events},
                     {service::FileKind::Config, config_source, config_events}),
        fleet(engine),
        operators({FLOTILLA_VERSION, keys.trust.version}, fleet,
                  {bundle_reader(keys.trust, settings.product),
                   [this](const Digest& sha256, const std::string& image) { return catalog.put(sha256, image); },
                   config_reader(keys.trust),
                   [this](const Digest& sha256, const std::string& content) { return configs.put(sha256, content); }}),
        api({.socket_path = settings.socket},
            [this](const api::HttpRequest& request) { return operators.handle(request); }) {
    ingest.attach(engine);
  }

  std::unique_ptr<sqlite::SqliteStore> store;
  catalog::FileCatalog catalog;
  catalog::FileConfigs configs;
  clock::SystemClock clock;
  KeyCommandSigner signer;
  https::AccessTable access;
  EngineIngest ingest;
  mqtt::BrokerClient broker;
  service::Engine engine;
  CatalogImages images;
  EngineFileEvents image_events;
  ConfigSource config_source;
  EngineFileEvents config_events;
  https::ImageServer image_server;
  api::EngineAccess fleet;
  api::OperatorApi operators;
  api::ApiServer api;
};

Daemon::Daemon(const config::Settings& settings) : settings_(settings) {}
Daemon::~Daemon() { stop(); }

Result<Unit, Error> Daemon::start() {
  auto keys = load_commissioning(settings_);
  if (!keys.ok()) return keys.error();
  if (auto made = crypto::create_private_folder(settings_.data_dir); !made.ok()) return made;
  auto store = sqlite::SqliteStore::open(settings_.data_dir + "/flotilla.db");
  if (!store.ok()) return store.error();
  parts_ = std::make_unique<Parts>(settings_, std::move(keys).value(), std::move(store).value());

  Parts& parts = *parts_;
  Result<Unit, Error> done = parts.catalog.open();
  if (done.ok()) done = parts.configs.open();
  if (done.ok()) done = parts.engine.start();
  if (done.ok()) done = parts.image_server.start();
  if (done.ok()) done = parts.api.start();
  if (done.ok()) done = parts.broker.start();
  if (!done.ok()) {
    stop();
    return done;
  }
  if (!parts.clock.now().wall_trusted) {
    kLog.warning("the clock is not synchronised: no command is signed until it is");
  }
  kLog.info("ready: images on {}:{}, operators on {}, broker {}:{}", settings_.https_bind, parts.image_server.port(),
            settings_.socket, settings_.mqtt_host, settings_.mqtt_port);
  return done;
}

void Daemon::stop() {
  if (!parts_) return;
  parts_->api.stop();
  parts_->engine.stop();
  parts_->broker.stop();
  parts_->image_server.stop();
  parts_.reset();
}

}  // namespace flotilla::daemon
