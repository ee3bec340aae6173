// flotilla release keygen|sign|verify
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "daemon/authority/bundle_files.h"
#include "daemon/authority/release.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/manifest_view.h"
#include "daemon/cli/system.h"

namespace flotilla::cli {
namespace {

constexpr const char* kKeygenExample = R"(Example:
  flotilla release keygen second --authority home
The key counts for nobody until the fleet's trust store names it.)";

constexpr const char* kSignExample = R"(Example:
  flotilla release sign build/sensor.bin --authority home --version 1.1.0 --hardware d1-mini -o sensor-1.1.0.flotilla
Takes the .bin of the Arduino IDE, arduino-cli or PlatformIO; the bootloader in it stays out. JSON: --output json.)";

constexpr const char* kVerifyExample = R"(Example:
  flotilla release verify sensor-1.1.0.flotilla --trust home/pi/trust.signed)";

struct SignOptions {
  authority::ReleaseRequest request;
  std::string firmware;
  std::string out;
};

Result<std::string, Error> sign(SignOptions& options, const CliContext& context, authority::SignedRelease& release) {
  auto authority = authority::Authority::open(context.authority_dir);
  if (!authority) return authority.error();
  auto& request = options.request;
  const auto product = request.product.empty() ? authority->fleet().product : request.product;
  const std::string path = options.out.empty() ? product + "-" + request.version + ".flotilla" : options.out;
  if (auto fresh = authority::check_new_bundle(path); !fresh) return fresh.error();
  auto firmware = authority::read_firmware(options.firmware);
  if (!firmware) return firmware.error();
  request.name = options.firmware;
  request.firmware = std::move(*firmware);
  request.now = wall_seconds();
  auto made = authority::sign_release(*authority, request);
  if (!made) return made.error();
  release = std::move(*made);
  if (auto written = authority::write_bundle(path, release.bundle); !written) return written.error();
  return path;
}

void run_sign(SignOptions options, CliContext& context) {
  authority::SignedRelease release;
  const auto path = sign(options, context, release);
  if (!path) return fail(context, path.error());
  if (context.json()) {
    const nlohmann::ordered_json body{
        {"bundle", *path}, {"trusted", release.trusted}, {"manifest", manifest_json(release.manifest)}};
    context.out << body.dump(2) << '\n';
    return;
  }
  context.out << "Signed " << *path << '\n';
  show_manifest(release.manifest, context.out);
  if (!release.trusted) {
    context.out << "Careful: the fleet's trust store does not accept these signatures, so no board will.\n";
  }
}

void show_judgement(const authority::BundleJudgement& judgement, std::ostream& out) {
  show_manifest(judgement.manifest, out);
  for (const auto& signature : judgement.signatures) {
    out << "  signature        key " << signature.key_id
        << (signature.release_key ? ", a release key of" : ", unknown to") << " trust store " << judgement.trust_version
        << '\n';
  }
  if (!judgement.refusal) out << "Good: structure, digest and signatures hold.\n";
}

nlohmann::ordered_json judgement_json(const authority::BundleJudgement& judgement) {
  nlohmann::ordered_json signatures = nlohmann::ordered_json::array();
  for (const auto& signature : judgement.signatures) {
    signatures.push_back({{"key", signature.key_id}, {"release_key", signature.release_key}});
  }
  return {{"valid", !judgement.refusal.has_value()},
          {"trust_version", judgement.trust_version},
          {"signatures", signatures},
          {"manifest", manifest_json(judgement.manifest)}};
}

Result<authority::BundleJudgement, Error> judge(const std::string& bundle, const std::string& trust,
                                                const CliContext& context) {
  if (!trust.empty()) return authority::judge_bundle(bundle, trust);
  const auto authority = authority::Authority::open(context.authority_dir);
  if (!authority) {
    return Error{authority.error().code, authority.error().message,
                 "name the trust store by --trust, or the authority's folder by --authority"};
  }
  return authority::judge_bundle(bundle, authority->trust_file());
}

void run_verify(const std::string& bundle, const std::string& trust, CliContext& context) {
  const auto judgement = judge(bundle, trust, context);
  if (!judgement) return fail(context, judgement.error());
  if (context.json()) {
    context.out << judgement_json(*judgement).dump(2) << '\n';
  } else {
    show_judgement(*judgement, context.out);
  }
  if (judgement->refusal) fail(context, *judgement->refusal);
}

void run_keygen(const std::string& name, CliContext& context) {
  const auto authority = authority::Authority::open(context.authority_dir);
  if (!authority) return fail(context, authority.error());
  const auto made = authority::make_release_key(*authority, name);
  if (!made) return fail(context, made.error());
  if (context.json()) {
    const nlohmann::ordered_json body{{"name", name},
                                      {"key", made->key.string()},
                                      {"public_key", made->public_key.string()},
                                      {"key_id", made->id},
                                      {"trusted", false}};
    context.out << body.dump(2) << '\n';
    return;
  }
  context.out << "Made the release key " << name << " (" << made->id << "):\n"
              << "  " << made->key.string() << "  secret, keep a backup\n"
              << "  " << made->public_key.string() << "\n"
              << "It does not count yet: boards accept it only when a trust store, signed by the root key, names it.\n";
}

void add_keygen(CLI::App& release, CliContext& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* keygen = release.add_subcommand("keygen", "make a further release key");
  keygen->footer(kKeygenExample);
  keygen->add_option("name", *name, "the key's name: [a-z0-9][a-z0-9-]{0,31}")->required()->option_text("NAME");
  keygen->callback([name, &context] { run_keygen(*name, context); });
}

void add_sign(CLI::App& release, CliContext& context) {
  auto options = std::make_shared<SignOptions>();
  auto& request = options->request;
  CLI::App* sign = release.add_subcommand("sign", "make a bundle: signed manifest and image in one file");
  sign->footer(kSignExample);
  sign->add_option("firmware", options->firmware, "the .bin of the build")->required()->option_text("FIRMWARE.bin");
  sign->add_option("--version", request.version, "as 1.4.0 or 1.4.0-rc.1")->required()->option_text("VERSION");
  sign->add_option("--hardware", request.hardware, "what it runs on; up to four")->required()->option_text("NAME...");
  sign->add_option("--product", request.product, "the fleet's if not given")->option_text("NAME");
  sign->add_option("--counter", request.counter, "the release counter; the authority's next if not given")
      ->option_text("N");
  sign->add_option("--security-floor", request.security_floor,
                   "once confirmed, boards never go back below this release counter")
      ->option_text("N");
  sign->add_option("--minimum-version", request.minimum_version, "boards below it are to take another release first")
      ->option_text("VERSION");
  sign->add_option("--key", request.keys, "the release key's name; twice for two signatures")
      ->allow_extra_args(false)
      ->option_text("NAME [release]");
  sign->add_option("-o,--out", options->out, "the bundle; PRODUCT-VERSION.flotilla if not given")->option_text("FILE");
  sign->callback([options, &context] { run_sign(*options, context); });
}

void add_verify(CLI::App& release, CliContext& context) {
  auto bundle = std::make_shared<std::string>();
  auto trust = std::make_shared<std::string>();
  CLI::App* verify =
      release.add_subcommand("verify", "show a bundle's manifest, and whether digest and signatures hold");
  verify->footer(kVerifyExample);
  verify->add_option("bundle", *bundle, "the bundle")->required()->option_text("BUNDLE");
  verify->add_option("--trust", *trust, "the signed trust store; the authority's if not given")->option_text("FILE");
  verify->callback([bundle, trust, &context] { run_verify(*bundle, *trust, context); });
}

}  // namespace

void add_release_offline_commands(CLI::App& app, CliContext& context) {
  CLI::App& release = command_group(app, "release", "signed firmware");
  add_keygen(release, context);
  add_sign(release, context);
  add_verify(release, context);
}

}  // namespace flotilla::cli
