#include "daemon/flotillad/joints.h"

#include "daemon/bundle/bundle.h"
#include "daemon/log/log.h"

namespace flotilla::daemon {
namespace {

const log::Logger kEngineLog("engine");

constexpr const char* kUploadName = "the bundle";

}  // namespace

api::BundleReader bundle_reader(const TrustStore& trust, const std::string& product) {
  return [trust, product](const std::string& bytes) -> Result<api::OpenedBundle, Error> {
    auto parsed = bundle::parse_bundle(ByteView(std::string_view(bytes)), kUploadName);
    if (!parsed.ok()) return parsed.error();
    const bundle::Bundle& opened = parsed.value();
    if (auto valid = bundle::verify_bundle(opened, trust, kUploadName); !valid.ok()) return valid.error();
    const std::string_view of = opened.manifest.product.view();
    if (!product.empty() && of != product) {
      return Error{ErrorCode::Refused,
                   "the bundle is of product '" + std::string(of) + "', this daemon serves '" + product + "'",
                   "sign it for that product, or set `product` in flotillad.toml"};
    }
    api::OpenedBundle out;
    out.release.version = std::string(opened.manifest.version.view());
    out.release.manifest = opened.manifest;
    out.release.signed_manifest = std::string(opened.signed_manifest.text());
    out.image = std::string(opened.image.text());
    return out;
  };
}

void log_report(service::Severity severity, const std::string& text) {
  switch (severity) {
    case service::Severity::Info: kEngineLog.info("{}", text); return;
    case service::Severity::Warning: kEngineLog.warning("{}", text); return;
    case service::Severity::Error: kEngineLog.error("{}", text); return;
  }
}

}  // namespace flotilla::daemon
