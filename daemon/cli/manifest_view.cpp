#include "daemon/cli/manifest_view.h"

#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

namespace flotilla::cli {
namespace {

std::string text(std::string_view view) { return std::string(view); }

}  // namespace

void show_manifest(const Manifest& manifest, std::ostream& out) {
  out << "  product          " << manifest.product.view() << '\n'
      << "  version          " << manifest.version.view() << '\n'
      << "  hardware         ";
  for (std::size_t i = 0; i < manifest.hardware.size(); ++i) {
    out << (i == 0 ? "" : ", ") << manifest.hardware[i].view();
  }
  out << '\n'
      << "  release counter  " << manifest.release_counter << '\n'
      << "  security floor   " << manifest.security_floor << '\n';
  if (!manifest.minimum_version.empty()) out << "  from version     " << manifest.minimum_version.view() << '\n';
  out << "  image            " << manifest.image_size << " bytes\n"
      << "  sha256           " << to_hex(manifest.image_sha256).view() << '\n';
}

nlohmann::ordered_json manifest_json(const Manifest& manifest) {
  nlohmann::ordered_json hardware = nlohmann::ordered_json::array();
  for (const auto& name : manifest.hardware) hardware.push_back(text(name.view()));
  return {{"product", text(manifest.product.view())},
          {"version", text(manifest.version.view())},
          {"hardware", hardware},
          {"release_counter", manifest.release_counter},
          {"security_floor", manifest.security_floor},
          {"minimum_version", text(manifest.minimum_version.view())},
          {"image_size", manifest.image_size},
          {"image_sha256", text(to_hex(manifest.image_sha256).view())},
          {"created_at", manifest.created_at}};
}

}  // namespace flotilla::cli
