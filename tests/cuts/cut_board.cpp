#include "tests/cuts/cut_board.h"

#include "common/crc32.h"
#include "firmware-esp/src/core/boot_transactions.h"

namespace flotilla::cuts {
namespace {

using fakes::DeviceRig;

bool between(std::uint32_t address, std::uint32_t begin, std::uint32_t size) {
  return address >= begin && address - begin < size;
}

// The boot journal is at rest and keeps the very image that the agent's journal holds for confirmed.
Complaint boot_journal_of(DeviceRig& rig, const ConfirmedRecord& confirmed) {
  boot_transaction newest{};
  std::uint32_t sector = 0;
  for (const auto address : BootMap{}.journal) {
    boot_transaction body;
    std::memcpy(&body, rig.flash.look(address), sizeof body);
    const bool counts = body.magic == BOOT_MAGIC && crc32(ByteView(rig.flash.look(address), 44)) == body.crc &&
                        *rig.flash.look(address + BOOT_GO) != 0xFF;
    if (!counts || (sector != 0 && body.sequence <= newest.sequence)) continue;
    newest = body;
    sector = address;
  }
  if (sector == 0) return "the boot journal is empty";
  const BootState state = BootTransactions(rig.flash, BootMap{}).state();
  if (state != BootState::Confirmed && state != BootState::Reverted) return "the boot journal is not at rest";
  const boot_image& kept = state == BootState::Confirmed ? newest.new_image : newest.old_image;
  const ByteView running(rig.flash.look(flash_map::kImage), confirmed.image_size);
  const bool same = kept.source == flash_map::kSlotImage[confirmed.slot] && kept.size == confirmed.image_size &&
                    kept.crc == crc32(running);
  return same ? "" : "the boot journal keeps another image than the agent's";
}

}  // namespace

Complaint Watch::look() {
  if (!rig_.agent || rig_.boot_path.restart_wanted) {
    bricked_ = rig_.running() == nullptr;
    return {};
  }
  if (rig_.boots != boots_) {
    // A boot sends nothing: what there is was sent in the last step before it.
    Complaint late = look_at_heartbeats();
    boots_ = rig_.boots;
    running_ = rig_.running();
    if (!late.empty()) return late;
  }
  if (running_ == nullptr) return "an agent runs although there is no whole image";
  const UpdateState state = rig_.agent->state();
  if (rig_.agent->running_sha256() != running_->sha256) return "the agent takes its image for another one";
  if (state == UpdateState::Confirmed && !proven_.count(running_->version)) {
    Ledger ledger(rig_.flash);
    if (ledger.open() && ledger.attempt().image_sha256 == running_->sha256) proven_.insert(running_->version);
  }
  const bool on_trial = state == UpdateState::Trial || state == UpdateState::RolledBack;
  if (!on_trial && !proven_.count(running_->version)) {
    return running_->version + " runs without a trial, as " + std::string(to_string(state));
  }
  return look_at_heartbeats();
}

Complaint Watch::look_at_heartbeats() {
  for (; running_ != nullptr && heartbeats_ < rig_.mqtt.heartbeats.size(); ++heartbeats_) {
    const auto& heartbeat = rig_.mqtt.heartbeats[heartbeats_];
    if (heartbeat.running_sha256 != running_->sha256) return "a heartbeat names another image than the one that runs";
    if (heartbeat.running_version.view() != running_->version) return "a heartbeat names another version";
  }
  return rig_.mqtt.undecodable == 0 ? "" : "a heartbeat does not decode";
}

Complaint audit(DeviceRig& rig, const std::string& foreign_before) {
  for (std::uint32_t i = 0; i < flash_map::kSector; ++i) {
    if (*rig.flash.look(i) != DeviceRig::bootloader_byte(i)) return "the bootloader was changed";
  }
  Ledger ledger(rig.flash);
  if (!ledger.open()) return "the journal cannot be read";
  if (!ledger.has_confirmed()) return "no image is confirmed";
  alignas(4) Scratch scratch;
  const auto& confirmed = ledger.confirmed();
  const auto kept = identify_image(rig.flash, rig.crypto, flash_map::kSlotImage[confirmed.slot], scratch);
  if (kept.size != confirmed.image_size || kept.sha256 != confirmed.image_sha256) {
    return "the slot does not hold the confirmed image";
  }
  if (rig.agent && confirmed.image_sha256 != rig.agent->running_sha256()) return "another image is confirmed";
  const Complaint disagreement = rig.boot_path.path == fakes::BootPath::Flotilla ? boot_journal_of(rig, confirmed) : "";
  if (!disagreement.empty()) return disagreement;
  if (foreign_records(rig) != foreign_before) return "records of a newer agent were lost or changed";
  if (rig.flash.unerased_writes != 0) return "something was written that was not erased";
  return rig.flash.strays == 0 ? "" : "something was written where nothing may be";
}

std::string foreign_records(DeviceRig& rig) {
  Journal journal(rig.flash);
  std::string text;
  if (!journal.open()) return "unreadable";
  for (const auto type : kForeignTypes) {
    std::uint8_t bytes[1024];
    std::size_t size = 0;
    if (!journal.find(type, bytes, sizeof bytes, size)) continue;
    text += std::to_string(type) + ":" + std::string(reinterpret_cast<const char*>(bytes), size) + ";";
  }
  return text;
}

void forbid_strays(DeviceRig& rig, bool config) {
  rig.flash.allowed = [&rig, config](std::uint32_t address) {
    const bool ours = rig.boot_path.path == fakes::BootPath::Flotilla;
    if (ours && between(address, flash_map::kBootJournal, 2 * flash_map::kSector)) return true;
    if (rig.boot_path.copying()) return between(address, flash_map::kImage, flash_map::kImageMax);
    const auto other = flash_map::kProvisioning[other_copy(rig.board)];
    if (config && between(address, other, flash_map::kProvisioningSize)) return true;
    return fakes::is_journal(address) || between(address, flash_map::kSlot[0], flash_map::kSlotSize) ||
           between(address, flash_map::kSlot[1], flash_map::kSlotSize);
  };
}

}  // namespace flotilla::cuts
