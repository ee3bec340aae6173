#include "daemon/flotillad/command_signer.h"

#include <exception>

#include "daemon/crypto/envelope.h"
#include "proto/host/codec.h"

namespace flotilla::daemon {
namespace {

void set_path(FixedString<kMaxPath>& path, const char* folder, const Digest& sha256) {
  path.assign_cut(std::string(folder) + std::string(to_hex(sha256).view()));
}

Command command_of(const core::Order& order, const std::string& signed_manifest, const Digest& file) {
  Command command;
  command.trust_version = order.trust_version;
  command.sequence = order.sequence;
  command.issued_at = static_cast<std::uint64_t>(order.issued_at);
  command.expires_at = static_cast<std::uint64_t>(order.expires_at);
  command.attempt_id = order.attempt;
  switch (order.kind) {
    case core::OrderKind::Cancel: command.kind = CommandKind::Cancel; break;
    case core::OrderKind::Install:
      command.kind = CommandKind::Install;
      command.install.signed_manifest = ByteView(std::string_view(signed_manifest));
      set_path(command.install.path, "/v1/images/", file);
      command.install.download_seconds = order.download_seconds;
      command.install.trial_boots = order.trial_boots;
      command.install.trial_seconds = order.trial_seconds;
      command.install.trial_maximum_seconds = order.trial_maximum_seconds;
      break;
    case core::OrderKind::UpdateConfig:
      command.kind = CommandKind::UpdateConfig;
      command.file.sha256 = file;
      set_path(command.file.path, "/v1/configs/", file);
      break;
  }
  return command;
}

}  // namespace

Result<std::string, Error> KeyCommandSigner::sign(const core::Order& order, const std::string& device,
                                                  const std::string& signed_manifest, const Digest& file) {
  Command command = command_of(order, signed_manifest, file);
  if (!command.device_id.assign(device))
    return Error{ErrorCode::Internal, "device id '" + device + "' is too long", {}};
  try {
    const wire::Bytes payload = wire::encode(command);
    wire::Bytes envelope = crypto::sign_envelope(Role::Command, wire::view(payload), {key_});
    if (envelope.size() > kMaxSignedInstall) {
      return Error{ErrorCode::Internal,
                   "the command has " + std::to_string(envelope.size()) + " bytes, devices take " +
                       std::to_string(kMaxSignedInstall),
                   {}};
    }
    return envelope;
  } catch (const std::exception& problem) {
    return Error{ErrorCode::Unavailable, std::string("a command cannot be signed: ") + problem.what(), {}};
  }
}

}  // namespace flotilla::daemon
