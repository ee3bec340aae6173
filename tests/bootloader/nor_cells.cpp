#include "tests/bootloader/nor_cells.h"

namespace flotilla::bootloader_test {
namespace {

std::uint8_t low(std::uint32_t value) { return static_cast<std::uint8_t>(value); }

}  // namespace

bool NorCells::strike(Damage& damage) {
  ++operations_;
  if (next_cut_ == cuts_.size() || cuts_[next_cut_].operation != operations_) return false;
  damage = cuts_[next_cut_++].damage;
  const bool decays = damage == Damage::DoneDecaying || damage == Damage::UndoneDecaying;
  if (decays && power_ups_left_ == 0) power_ups_left_ = 1 + random() % 4;
  return true;
}

void NorCells::damage_erase(std::uint32_t at, Damage damage) {
  const std::uint8_t touched = low(~value_[at]);
  switch (damage) {
    case Damage::Nothing: break;
    case Damage::All:
    case Damage::Prefix:
      value_[at] = 0xFF;
      unstable_[at] = weak_[at] = 0;
      break;
    case Damage::RandomBits: value_[at] = low(value_[at] | random()); break;
    case Damage::Unstable: unstable_[at] = low(unstable_[at] | touched); break;
    case Damage::PartlyUnstable: unstable_[at] = random() % 8 == 0 ? low(unstable_[at] | touched) : 0; break;
    case Damage::DoneDecaying:
      weak_[at] = low(weak_[at] | touched);
      value_[at] = 0xFF;
      unstable_[at] = 0;
      break;
    case Damage::UndoneDecaying: weak_[at] = low(weak_[at] | touched); break;
  }
}

void NorCells::damage_program(std::uint32_t at, std::uint8_t clears, Damage damage) {
  const std::uint8_t touched = low(clears & (value_[at] | unstable_[at]));
  switch (damage) {
    case Damage::Nothing: break;
    case Damage::All:
    case Damage::Prefix:
      value_[at] = low(value_[at] & ~clears);
      unstable_[at] = low(unstable_[at] & ~clears);
      weak_[at] = low(weak_[at] & ~clears);
      break;
    case Damage::RandomBits: value_[at] = low(value_[at] & ~(clears & random())); break;
    case Damage::Unstable: unstable_[at] = low(unstable_[at] | touched); break;
    case Damage::PartlyUnstable: unstable_[at] = low(unstable_[at] | (touched & random())); break;
    case Damage::DoneDecaying:
      weak_[at] = low(weak_[at] | touched);
      value_[at] = low(value_[at] & ~clears);
      unstable_[at] = low(unstable_[at] & ~clears);
      break;
    case Damage::UndoneDecaying: weak_[at] = low(weak_[at] | touched); break;
  }
}

void NorCells::erase(std::uint32_t address, bool by_bootloader) {
  const bool journal = address >= kJournal[0];
  const std::uint32_t size = journal ? kJournalSector : kSector;
  check(address, size);
  if (address == 0) throw Forbidden("sector 0 was erased");
  if (address % size != 0) throw Forbidden("an erase inside of a sector");
  if (journal && by_bootloader) throw Forbidden("the bootloader erased a journal sector");
  Damage damage = Damage::All;
  const bool cut = strike(damage);
  const std::uint32_t done = cut && damage == Damage::Prefix ? random() % size : size;
  for (std::uint32_t i = 0; i < done; ++i) damage_erase(address + i, damage);
  if (cut) throw PowerCut();
}

void NorCells::program(std::uint32_t address, const void* in, std::uint32_t size) {
  check(address, size);
  if (address < kImage) throw Forbidden("sector 0 was written");
  const auto* bytes = static_cast<const std::uint8_t*>(in);
  while (size != 0) {
    const std::uint32_t room = kPage - address % kPage;
    const std::uint32_t piece = size < room ? size : room;
    Damage damage = Damage::All;
    const bool cut = strike(damage);
    const std::uint32_t done = cut && damage == Damage::Prefix ? random() % piece : piece;
    for (std::uint32_t i = 0; i < done; ++i) damage_program(address + i, low(~bytes[i]), damage);
    if (cut) throw PowerCut();
    address += piece;
    bytes += piece;
    size -= piece;
  }
}

void NorCells::decay() {
  for (std::uint32_t i = 0; i < kSize; ++i) {
    unstable_[i] = low(unstable_[i] | weak_[i]);
    weak_[i] = 0;
  }
  power_ups_left_ = 0;
}

bool NorCells::holds(std::uint32_t address, const std::vector<std::uint8_t>& bytes) const {
  for (std::uint32_t i = 0; i < bytes.size(); ++i) {
    const std::uint32_t at = address + i;
    if (value_[at] != bytes[i] || unstable_[at] != 0 || weak_[at] != 0) return false;
  }
  return true;
}

}  // namespace flotilla::bootloader_test
