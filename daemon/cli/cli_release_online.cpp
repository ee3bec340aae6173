// release add, release list, release show.
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>

#include "daemon/api/http.h"
#include "daemon/api/types.h"
#include "daemon/cli/online.h"
#include "daemon/cli/table.h"

namespace flotilla::cli {
namespace {

constexpr std::size_t kShortDigest = 12;

Result<std::string, Error> read_bundle(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::NotFound, "cannot read " + path, "give a bundle made by flotilla release sign"};
  std::string bytes;
  bytes.resize(api::kMaxBundleBody + 1);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return Error{ErrorCode::NotFound, "cannot read " + path, "is it a file?"};
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > api::kMaxBundleBody) {
    return Error{ErrorCode::InvalidArgument, path + " is too large for a bundle (at most 1.2 MiB)",
                 "give a bundle made by flotilla release sign"};
  }
  return bytes;
}

std::string hardware_text(const api::ReleaseView& release) {
  std::string text;
  for (const std::string& name : release.hardware) text += (text.empty() ? "" : ",") + name;
  return text;
}

void print_release(const CliContext& context, const api::ReleaseView& release) {
  Facts facts;
  facts.add("release", release.version);
  facts.add("product", release.product + " on " + hardware_text(release));
  facts.add("image", release.image_sha256);
  facts.add("size", format_bytes(release.image_size));
  facts.add("release counter",
            std::to_string(release.release_counter) + ", security floor " + std::to_string(release.security_floor));
  if (!release.minimum_version.empty()) facts.add("from version", release.minimum_version);
  facts.add("signed", format_time(release.created_at));
  facts.add("added", format_time(release.added_at) + " by " + release.added_by);
  facts.add("running on", std::to_string(release.running_on) + (release.running_on == 1 ? " device" : " devices"));
  facts.print(context.out, terminal_of(context.out).colour);
}

void print_list(const CliContext& context, const api::ReleaseList& list) {
  Table table({{"RELEASE"},
               {"PRODUCT"},
               {"HARDWARE"},
               {"COUNTER", true},
               {"BYTES", true},
               {"IMAGE"},
               {"RUNS ON", true},
               {"ADDED"},
               {"BY"}});
  for (const api::ReleaseView& release : list.releases) {
    table.add({release.version, release.product, hardware_text(release), std::to_string(release.release_counter),
               std::to_string(release.image_size), release.image_sha256.substr(0, kShortDigest),
               std::to_string(release.running_on), format_time(release.added_at), release.added_by});
  }
  table.print(context.out, terminal_of(context.out).colour);
  if (list.releases.empty()) context.out << "No release yet: flotilla release add BUNDLE brings one.\n";
}

void add_bundle(CliContext& context, const std::string& path) {
  const auto bytes = read_bundle(path);
  if (!bytes.ok()) return fail_printable(context, bytes.error());
  show<api::ReleaseView>(context, client_of(context).post("/v1/releases", *bytes, "application/octet-stream"),
                         [&](const api::ReleaseView& release) {
                           context.out << "Added release " << printable(release.version) << " of "
                                       << printable(release.product) << ", image "
                                       << printable(release.image_sha256.substr(0, kShortDigest)) << ", "
                                       << format_bytes(release.image_size) << ".\n";
                         });
}

}  // namespace

void add_release_online_commands(CLI::App& app, CliContext& context) {
  CLI::App& group = command_group(app, "release", "the releases: keygen, sign, verify, add, list, show");
  CLI::App* add = group.add_subcommand("add", "give a signed bundle to the daemon, which checks it");
  const auto path = std::make_shared<std::string>();
  add->add_option("bundle", *path, "the bundle's file")->required()->option_text("FILE");
  add->footer("Example:\n  flotilla release add sensor-1.1.0.flotilla");
  add->callback([&context, path] { add_bundle(context, *path); });

  CLI::App* list = group.add_subcommand("list", "the releases the daemon holds, newest first");
  list->footer("Example:\n  flotilla release list");
  list->callback([&context] {
    show<api::ReleaseList>(context, client_of(context).get("/v1/releases"),
                           [&](const api::ReleaseList& releases) { print_list(context, releases); });
  });

  CLI::App* one = group.add_subcommand("show", "what is signed about a release, and how many devices run it");
  const auto version = std::make_shared<std::string>();
  one->add_option("version", *version, "the release's version")
      ->required()
      ->check(check_version)
      ->option_text("VERSION");
  one->footer("Example:\n  flotilla release show 1.1.0");
  one->callback([&context, version] {
    show<api::ReleaseView>(context, client_of(context).get("/v1/releases/" + *version),
                           [&](const api::ReleaseView& release) { print_release(context, release); });
  });
}

}  // namespace flotilla::cli
