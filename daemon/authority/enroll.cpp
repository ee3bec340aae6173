#include "daemon/authority/enroll.h"

#include <set>

#include <nlohmann/json.hpp>

#include "common/flash_map.h"
#include "common/messages.h"
#include "daemon/authority/certificates.h"
#include "daemon/authority/file_set.h"
#include "daemon/authority/grammar.h"
#include "daemon/crypto/files.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

// What a board's Provisioning points into.
struct Parts {
  std::string certificate_der;
  std::string ca_der;
  wire::Bytes trust;
};

// Every text was checked to fit.
Provisioning describe(const FleetSettings& fleet, const EnrollRequest& request, const crypto::SigningKey& key,
                      const Parts& parts) {
  Provisioning out;
  out.device_id = DeviceId(request.id);
  out.product = Name(fleet.product);
  out.hardware = Name(request.hardware);
  out.wifi_ssid.assign_cut(request.wifi_ssid);
  out.wifi_password.assign_cut(request.wifi_password);
  out.device_key = key.scalar();
  out.device_certificate = ByteView(parts.certificate_der);
  out.ca_certificate = ByteView(parts.ca_der);
  out.signed_trust_store = wire::view(parts.trust);
  out.broker_name.assign_cut(fleet.broker_name);
  for (const auto& address : fleet.addresses) static_cast<void>(out.addresses.push_back(FixedString<63>(address)));
  out.mqtt_port = fleet.mqtt_port;
  out.https_port = fleet.https_port;
  out.ntp_host.assign_cut(fleet.ntp_host.empty() ? fleet.addresses.front() : fleet.ntp_host);
  out.provisioned_at = request.now;
  out.heartbeat_seconds = fleet.heartbeat_seconds;
  return out;
}

// For the daemon, which may know of a board before its first heartbeat.
std::string description(const EnrollRequest& request, const crypto::Certificate& certificate) {
  nlohmann::ordered_json labels = nlohmann::ordered_json::object();
  for (const auto& [name, value] : request.labels) labels[name] = value;
  const nlohmann::ordered_json body{{"id", request.id},
                                    {"hardware", request.hardware},
                                    {"labels", labels},
                                    {"certificate_sha256", std::string(to_hex(certificate.fingerprint()).view())},
                                    {"enrolled_at", request.now}};
  return body.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Error already_enrolled(const std::string& id, const fs::path& folder) {
  return {ErrorCode::Conflict, id + " is enrolled already: " + folder.string() + "; nothing was changed",
          "--renew gives it a new key and certificate"};
}

Result<Unit, Error> check_labels(const EnrollRequest& request) {
  for (const auto& [name, value] : request.labels) {
    if (auto checked = check_name(name, "the label"); !checked) return checked;
    if (auto checked = check_name(value, "the label's value"); !checked) return checked;
  }
  return Unit{};
}

Result<Unit, Error> check_request(const EnrollRequest& request, const fs::path& out) {
  if (auto checked = check_id(request.id, "the device id"); !checked) return checked;
  if (auto checked = check_name(request.hardware, "the hardware"); !checked) return checked;
  if (auto checked = check_labels(request); !checked) return checked;
  if (auto checked = check_wifi(request.wifi_ssid, request.wifi_password); !checked) return checked;
  std::error_code ignored;
  if (!request.renew && fs::exists(out / request.id, ignored)) return already_enrolled(request.id, out / request.id);
  return Unit{};
}

Result<Unit, Error> check_requests(const std::vector<EnrollRequest>& requests, const fs::path& out) {
  std::set<std::string> seen;
  for (const auto& request : requests) {
    if (auto checked = check_request(request, out); !checked) return checked;
    if (!seen.insert(request.id).second) {
      return Error{ErrorCode::InvalidArgument, "the device id " + request.id + " was named twice", "name it once"};
    }
  }
  return Unit{};
}

Result<EnrolledDevice, Error> enroll_one(const FleetSettings& fleet, const EnrollRequest& request,
                                         const crypto::CertificateAuthority& ca, const wire::Bytes& trust,
                                         const fs::path& folder) {
  const auto key = crypto::SigningKey::generate();
  const auto certificate = device_certificate(ca, key.public_key(), request.id);
  const Parts parts{certificate.to_der(), ca.certificate().to_der(), trust};
  constexpr std::uint32_t kFirstVersion = 1;
  const wire::Bytes message = wire::encode(describe(fleet, request, key, parts));
  auto block = provisioning_file(kFirstVersion, wire::view(message), request.block_limit);
  if (!block) return block.error();

  FileSet files(folder);
  files.add_private("device.key", key.to_pem());
  files.add_public("device.crt", certificate.to_pem());
  files.add_public("device.json", description(request, certificate));
  files.add_private("provisioning.bin", std::move(*block));
  if (auto written = request.renew ? files.replace() : files.write(); !written) return written.error();
  return EnrolledDevice{request.id, folder, folder / "provisioning.bin"};
}

}  // namespace

Result<Unit, Error> check_wifi(std::string_view ssid, std::string_view password) {
  const auto invalid = [](const char* message, const char* hint) {
    return Error{ErrorCode::InvalidArgument, message, hint};
  };
  constexpr std::size_t kMaxSsid = decltype(Provisioning::wifi_ssid)::capacity();
  constexpr std::size_t kMaxPassword = decltype(Provisioning::wifi_password)::capacity();
  if (ssid.size() > kMaxSsid) return invalid("the Wi-Fi's name is too long", "at most 32 bytes");
  if (password.empty()) return Unit{};
  if (ssid.empty()) return invalid("a Wi-Fi password was given, but no name", "give --wifi-ssid too");
  if (password.size() < 8 || password.size() > kMaxPassword) {
    return invalid("the Wi-Fi password cannot be one", "WPA2 asks for 8 to 63 characters");
  }
  return Unit{};
}

Result<std::string, Error> provisioning_file(std::uint32_t version, ByteView message, std::size_t limit) {
  if (kProvisioningHeader + message.size > limit) {
    return Error{ErrorCode::InvalidArgument,
                 "the provisioning block of " + std::to_string(kProvisioningHeader + message.size) +
                     " bytes does not fit: there is room for " + std::to_string(limit),
                 "shorter names and fewer addresses make it smaller"};
  }
  std::string copy(flash_map::kProvisioningSize, '\xff');
  static_cast<void>(
      write_provisioning_block(version, message, reinterpret_cast<std::uint8_t*>(copy.data()), copy.size()));
  return copy + copy;
}

Result<std::string, Error> read_wifi_password(const fs::path& path) {
  auto text = crypto::read_private_file(path);
  if (!text) return text.error();
  std::string line = text->substr(0, text->find('\n'));
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) {
    return Error{ErrorCode::InvalidArgument, path.string() + " has no password in its first line", {}};
  }
  return line;
}

Result<std::vector<EnrolledDevice>, Error> enroll_devices(const Authority& authority,
                                                          const std::vector<EnrollRequest>& requests,
                                                          const fs::path& out) {
  const fs::path folder = absolute_folder(out);
  if (auto checked = check_requests(requests, folder); !checked) return checked.error();
  const auto ca = authority.open_ca();
  if (!ca) return ca.error();
  const auto trust = authority.trust();
  if (!trust) return trust.error();
  std::vector<EnrolledDevice> devices;
  for (const auto& request : requests) {
    auto device = enroll_one(authority.fleet(), request, *ca, trust->signed_bytes, folder / request.id);
    if (!device) return device.error();
    devices.push_back(std::move(*device));
  }
  return devices;
}

}  // namespace flotilla::authority
