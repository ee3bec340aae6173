#include "firmware-esp/src/core/boot_transactions.h"

#include <cstring>

#include "common/crc32.h"

namespace flotilla {
namespace {

static_assert(sizeof(boot_transaction) == 48, "the body as documented");
constexpr std::uint32_t kErased = 0xFFFFFFFF;

std::uint32_t body_crc(const boot_transaction& body) {
  return crc32(ByteView(reinterpret_cast<const std::uint8_t*>(&body), sizeof body - sizeof body.crc));
}

bool same(const boot_image& a, const boot_image& b) {
  return a.source == b.source && a.size == b.size && a.crc == b.crc;
}

}  // namespace

bool has_power_safe_bootloader(hal::Flash& flash) {
  alignas(4) std::uint8_t bytes[4];
  std::uint32_t value = 0;
  if (!flash.read(BOOT_SIGNATURE_OFFSET, bytes, sizeof bytes)) return false;
  std::memcpy(&value, bytes, sizeof value);
  return value == BOOT_SIGNATURE;
}

// What cannot be read counts as not set, so that a mark is programmed again rather than believed.
std::uint32_t BootTransactions::word(std::uint32_t address) {
  alignas(4) std::uint8_t bytes[4];
  std::uint32_t value = kErased;
  if (flash_.read(address, bytes, sizeof bytes)) std::memcpy(&value, bytes, sizeof value);
  return value;
}

bool BootTransactions::set(std::uint32_t address) {
  alignas(4) const std::uint8_t zero[4] = {};
  return flash_.write(address, zero, sizeof zero) && word(address) == 0;
}

BootTransactions::Newest BootTransactions::newest() {
  Newest out;
  for (const auto sector : map_.journal) {
    boot_transaction body{};
    alignas(4) std::uint8_t bytes[sizeof body];
    if (!flash_.read(sector, bytes, sizeof bytes)) continue;
    std::memcpy(&body, bytes, sizeof body);
    if (body.magic != BOOT_MAGIC || body.crc != body_crc(body) || word(sector + BOOT_GO) == kErased) continue;
    if (out.sector != 0 && static_cast<std::int32_t>(body.sequence - out.body.sequence) <= 0) continue;
    out.body = body;
    out.sector = sector;
  }
  return out;
}

BootState BootTransactions::state_of(const Newest& newest) {
  if (newest.sector == 0) return BootState::None;
  if (is_set(newest, BOOT_UNDO)) return is_set(newest, BOOT_CLOSED) ? BootState::Reverted : BootState::Reverting;
  if (is_set(newest, BOOT_OK)) return BootState::Confirmed;
  if (!is_set(newest, BOOT_COPIED)) return BootState::Pending;
  return newest.body.trial_boots != 0 ? BootState::Trial : BootState::Confirmed;
}

BootState BootTransactions::state() { return state_of(newest()); }

bool BootTransactions::tried() {
  const Newest found = newest();
  const BootState state = state_of(found);
  return state != BootState::None && state != BootState::Confirmed && is_set(found, BOOT_TRIAL) &&
         !is_set(found, BOOT_SEEN);
}

bool BootTransactions::describe(std::uint8_t slot, std::uint32_t length, boot_image& out) {
  if (slot > 1 || length == 0 || length > flash_map::kImageMax) return false;
  out.source = map_.slot_image[slot];
  out.size = length;
  out.crc = crc32({});
  alignas(4) std::uint8_t piece[256];
  for (std::uint32_t at = 0; at < length; at += sizeof piece) {
    const std::uint32_t left = length - at;
    const std::uint32_t size = left < sizeof piece ? left : std::uint32_t{sizeof piece};
    if (!flash_.read(out.source + at, piece, (size + 3) & ~3U)) return false;
    out.crc = crc32(ByteView(piece, size), out.crc);
  }
  return true;
}

// Into the sector that does not hold the newest. GO comes last and is the commit point. `settled`: the image area holds
// the new image already and it is confirmed.
bool BootTransactions::write(const Newest& before, boot_transaction& body, bool settled) {
  const std::uint32_t sector = before.sector == map_.journal[0] ? map_.journal[1] : map_.journal[0];
  body.magic = BOOT_MAGIC;
  body.sequence = before.sector == 0 ? 1 : before.body.sequence + 1;
  body.reserved[0] = body.reserved[1] = kErased;
  body.crc = body_crc(body);
  if (!flash_.erase_sector(sector)) return false;
  for (std::uint32_t at = 0; at < flash_map::kSector; at += 4) {
    if (word(sector + at) != kErased) return false;
  }
  alignas(4) std::uint8_t bytes[sizeof body];
  std::memcpy(bytes, &body, sizeof body);
  if (!flash_.write(sector, bytes, sizeof bytes)) return false;
  alignas(4) std::uint8_t back[sizeof body];
  if (!flash_.read(sector, back, sizeof back) || std::memcmp(bytes, back, sizeof back) != 0) return false;
  if (settled && !(set(sector + BOOT_COPIED) && set(sector + BOOT_OK))) return false;
  return set(sector + BOOT_GO);
}

bool BootTransactions::arm(const hal::BootOrder& order) {
  const Newest found = newest();
  boot_transaction body = {};
  if (!describe(order.slot, order.length, body.new_image)) return false;
  body.old_image = body.new_image;
  body.trial_boots = order.trial_boots < BOOT_TRIALS_MAX ? order.trial_boots : BOOT_TRIALS_MAX;
  if (order.fallback_length != 0 && !describe(order.fallback_slot, order.fallback_length, body.old_image)) {
    return false;
  }
  switch (state_of(found)) {
    case BootState::Reverting: return same(found.body.old_image, body.new_image);
    case BootState::Trial:
      // The way back that the transaction itself has: nothing new is begun, which could fail.
      return same(found.body.old_image, body.new_image) ? set(found.sector + BOOT_UNDO) : false;
    case BootState::Pending:
      if (same(found.body.new_image, body.new_image)) return true;
      // Ordered and taken back before a reset: the image area is as it was.
      if (!set(found.sector + BOOT_UNDO)) return false;
      break;
    case BootState::None:
    case BootState::Confirmed:
    case BootState::Reverted: break;
  }
  return write(found, body, false);
}

bool BootTransactions::confirm() {
  const Newest found = newest();
  return state_of(found) == BootState::Trial ? set(found.sector + BOOT_OK) : true;
}

bool BootTransactions::keep(std::uint8_t slot, std::uint32_t length) {
  const Newest found = newest();
  const BootState state = state_of(found);
  if (state == BootState::Pending || state == BootState::Trial || state == BootState::Reverting) return false;
  boot_transaction body = {};
  if (!describe(slot, length, body.new_image)) return false;
  const boot_image& known = state == BootState::Reverted ? found.body.old_image : found.body.new_image;
  if (state != BootState::None && same(known, body.new_image)) {
    return state != BootState::Reverted || is_set(found, BOOT_SEEN) || set(found.sector + BOOT_SEEN);
  }
  body.old_image = body.new_image;
  return write(found, body, true);
}

}  // namespace flotilla
