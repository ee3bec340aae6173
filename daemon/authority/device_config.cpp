#include "daemon/authority/device_config.h"

#include <nlohmann/json.hpp>

#include "common/messages.h"
#include "daemon/authority/certificates.h"
#include "daemon/authority/enroll.h"
#include "daemon/authority/file_set.h"
#include "daemon/authority/grammar.h"
#include "daemon/crypto/files.h"
#include "daemon/crypto/key_files.h"
#include "daemon/crypto/sha256.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPending = "pending";

// A board's folder as read. The views of `provisioning` point into `flash`, and into the other texts once changed.
struct Record {
  fs::path folder;
  std::string flash;  // provisioning.bin
  std::string key_pem;
  std::string certificate_pem;
  std::string certificate_der;
  std::string description;  // device.json
  std::uint32_t version = 0;
  Provisioning provisioning;
};

Error invalid(const std::string& message, const std::string& hint) {
  return {ErrorCode::InvalidArgument, message, hint};
}

Result<fs::path, Error> folder_of(const fs::path& devices, const std::string& id) {
  if (auto checked = check_id(id, "the device id"); !checked) return checked.error();
  const fs::path folder = absolute_folder(devices) / id;
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return folder;
  return Error{ErrorCode::NotFound, id + " is not enrolled in " + folder.parent_path().string(),
               "name the folder that holds the boards' folders by --devices"};
}

Result<Unit, Error> read_into(std::string& text, const fs::path& path, bool secret) {
  auto read = secret ? crypto::read_private_file(path) : crypto::read_file(path);
  if (!read) return read.error();
  text = std::move(*read);
  return Unit{};
}

// Into the caller's record, because its views must not move.
Result<Unit, Error> read_record(const fs::path& folder, Record& record) {
  record.folder = folder;
  if (auto read = read_into(record.flash, folder / "provisioning.bin", true); !read) return read;
  if (auto read = read_into(record.key_pem, folder / "device.key", true); !read) return read;
  if (auto read = read_into(record.certificate_pem, folder / "device.crt", false); !read) return read;
  if (auto read = read_into(record.description, folder / "device.json", false); !read) return read;
  ProvisioningBlock block;
  if (!parse_provisioning_block(ByteView(record.flash), block) || !wire::decode(block.message, record.provisioning)) {
    return Error{ErrorCode::Corrupt, (folder / "provisioning.bin").string() + " is damaged",
                 "take it from a backup, or enrol the board anew: flotilla device enroll --renew"};
  }
  record.version = block.version;
  return Unit{};
}

// The rules are those of the fleet's settings.
Result<Unit, Error> check_changed(const Provisioning& provisioning) {
  FleetSettings fleet{.product = std::string(provisioning.product.view()),
                      .broker_name = std::string(provisioning.broker_name.view()),
                      .addresses = {},
                      .mqtt_port = provisioning.mqtt_port,
                      .https_port = provisioning.https_port,
                      .ntp_host = std::string(provisioning.ntp_host.view()),
                      .heartbeat_seconds = provisioning.heartbeat_seconds};
  for (const auto& address : provisioning.addresses) fleet.addresses.emplace_back(address.view());
  return check_settings(fleet);
}

Result<Unit, Error> change_wifi(const ConfigChange& change, Provisioning& out) {
  if (!change.wifi_ssid && !change.wifi_password) return Unit{};
  const std::string ssid = change.wifi_ssid.value_or(std::string(out.wifi_ssid.view()));
  const std::string password = change.wifi_password.value_or(std::string(out.wifi_password.view()));
  if (auto checked = check_wifi(ssid, password); !checked) return checked;
  out.wifi_ssid.assign_cut(ssid);
  out.wifi_password.assign_cut(password);
  return Unit{};
}

// An NTP host that was the first address stays the first address, as at the enrolment.
Result<Unit, Error> change_addresses(const ConfigChange& change, Provisioning& out) {
  if (!change.addresses.empty()) {
    const bool follows = !out.addresses.empty() && out.ntp_host == out.addresses[0];
    out.addresses.clear();
    for (const auto& address : change.addresses) {
      if (auto checked = check_address(address); !checked) return checked;
      if (!out.addresses.push_back(FixedString<63>(address))) return invalid("too many addresses", "give at most 4");
    }
    if (follows) out.ntp_host = out.addresses[0];
  }
  if (!change.ntp_host) return Unit{};
  if (auto checked = check_address(*change.ntp_host); !checked) return checked;
  out.ntp_host.assign_cut(*change.ntp_host);
  return Unit{};
}

Result<Unit, Error> apply(const ConfigChange& change, Provisioning& out) {
  if (auto changed = change_wifi(change, out); !changed) return changed;
  if (auto changed = change_addresses(change, out); !changed) return changed;
  out.mqtt_port = change.mqtt_port.value_or(out.mqtt_port);
  out.https_port = change.https_port.value_or(out.https_port);
  out.heartbeat_seconds = change.heartbeat_seconds.value_or(out.heartbeat_seconds);
  return check_changed(out);
}

Result<Unit, Error> renew(const Authority& authority, const std::string& id, Record& record) {
  const auto ca = authority.open_ca();
  if (!ca) return ca.error();
  nlohmann::ordered_json description = nlohmann::ordered_json::parse(record.description, nullptr, false);
  if (!description.is_object()) {
    return Error{ErrorCode::Corrupt, (record.folder / "device.json").string() + " is damaged", "take it from a backup"};
  }
  const auto key = crypto::SigningKey::generate();
  const auto certificate = device_certificate(*ca, key.public_key(), id);
  record.key_pem = key.to_pem();
  record.certificate_pem = certificate.to_pem();
  record.certificate_der = certificate.to_der();
  description["certificate_sha256"] = to_hex(certificate.fingerprint()).view();
  record.description = description.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  record.provisioning.device_key = key.scalar();
  record.provisioning.device_certificate = ByteView(record.certificate_der);
  return Unit{};
}

// What the board does not get anew it keeps: the trust store always, the private key unless it is renewed.
Result<std::string, Error> config_message(const Provisioning& provisioning, bool with_key) {
  Provisioning sent = provisioning;
  sent.signed_trust_store = {};
  if (!with_key) sent.device_key = {};
  std::string message = wire::encode(sent);
  if (message.size() <= kMaxConfigFile) return message;
  return invalid("the configuration has " + std::to_string(message.size()) + " bytes, a board takes " +
                     std::to_string(kMaxConfigFile),
                 "fewer and shorter addresses make it smaller");
}

Result<Unit, Error> check_nothing_pending(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / kPending, ignored)) return Unit{};
  return Error{ErrorCode::Conflict, "a configuration of " + folder.filename().string() + " is pending already",
               "how did it end? --keep where the device confirmed it, --discard where it went back or was never sent"};
}

Result<Unit, Error> check_new_file(const fs::path& path) {
  std::error_code ignored;
  if (path.empty() || !fs::exists(path, ignored)) return Unit{};
  return Error{ErrorCode::Conflict, path.string() + " is there already; nothing was changed",
               "name another file by --out, or remove it"};
}

void add_record(FileSet& files, const Record& record, std::string flash) {
  files.add_private("device.key", record.key_pem);
  files.add_public("device.crt", record.certificate_pem);
  files.add_public("device.json", record.description);
  files.add_private("provisioning.bin", std::move(flash));
}

Result<fs::path, Error> pending_folder(const fs::path& devices, const std::string& id) {
  const auto folder = folder_of(devices, id);
  if (!folder) return folder.error();
  std::error_code ignored;
  if (fs::is_directory(*folder / kPending, ignored)) return *folder;
  return Error{ErrorCode::NotFound, "no configuration of " + id + " is pending", {}};
}

}  // namespace

bool ConfigChange::empty() const {
  return !wifi_ssid && !wifi_password && addresses.empty() && !mqtt_port && !https_port && !ntp_host &&
         !heartbeat_seconds && !renew_certificate;
}

Result<PendingConfig, Error> make_config(const Authority& authority, const fs::path& devices, const std::string& id,
                                         const ConfigChange& change, const fs::path& out) {
  const auto folder = folder_of(devices, id);
  if (!folder) return folder.error();
  if (change.empty()) return invalid("nothing to change was given", "flotilla device config --help shows what can be");
  if (auto checked = check_nothing_pending(*folder); !checked) return checked.error();
  if (auto checked = check_new_file(out); !checked) return checked.error();
  Record record;
  if (auto read = read_record(*folder, record); !read) return read.error();
  if (auto changed = apply(change, record.provisioning); !changed) return changed.error();
  if (change.renew_certificate) {
    if (auto renewed = renew(authority, id, record); !renewed) return renewed.error();
  }

  const auto message = config_message(record.provisioning, change.renew_certificate);
  if (!message) return message.error();
  const wire::Bytes whole = wire::encode(record.provisioning);
  auto flash = provisioning_file(record.version + 1, wire::view(whole));
  if (!flash) return flash.error();
  FileSet files(*folder / kPending);
  add_record(files, record, std::move(*flash));
  files.add_private("config.bin", *message);
  if (auto written = files.write(); !written) return written.error();
  PendingConfig pending{*folder / kPending / "config.bin", crypto::sha256(ByteView(*message)), message->size()};
  if (out.empty()) return pending;
  if (auto written = crypto::create_file(out, *message, crypto::Access::Private); !written) {
    std::error_code ignored;
    fs::remove_all(*folder / kPending, ignored);
    return written.error();
  }
  pending.file = out;
  return pending;
}

Result<Unit, Error> keep_config(const fs::path& devices, const std::string& id) {
  const auto folder = pending_folder(devices, id);
  if (!folder) return folder.error();
  Record record;
  if (auto read = read_record(*folder / kPending, record); !read) return read.error();
  FileSet files(*folder);
  add_record(files, record, record.flash);
  return files.replace();
}

Result<Unit, Error> discard_config(const fs::path& devices, const std::string& id) {
  const auto folder = pending_folder(devices, id);
  if (!folder) return folder.error();
  std::error_code failed;
  fs::remove_all(*folder / kPending, failed);
  if (!failed) return Unit{};
  return Error{ErrorCode::Unavailable, "cannot remove " + (*folder / kPending).string() + ": " + failed.message(), {}};
}

}  // namespace flotilla::authority
