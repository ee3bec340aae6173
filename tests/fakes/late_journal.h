// Faults planted below the agent's journal, so that a suite about power cuts can show that it would notice them. What
// the agent reads is always what it wrote; only what outlives a cut differs.
#pragma once

#include <cstring>
#include <limits>
#include <vector>

#include "common/crc32.h"
#include "common/flash_map.h"

namespace flotilla::fakes {

enum class Plant : std::uint8_t {
  None,
  LateJournal,  // an effect comes before its record: what is written lasts only after two more operations
  HeaderFirst,  // compaction: the header lasts before the records behind it do
  NoCrc,        // a record that was cut has a CRC that fits, as if the journal had none
};

inline bool is_journal(std::uint32_t address) {
  return address >= flash_map::kAgentJournal && address < flash_map::kAgentJournal + 2 * flash_map::kSector;
}

// Remembers how to undo the operations that do not last yet.
class LateJournal {
 public:
  // Before operation `number` is done on `bytes`.
  template <typename Operation>
  void note(const Operation& operation, std::size_t number, Plant plant, const std::vector<std::uint8_t>& bytes) {
    if (operation.size == 0 || !is_journal(operation.address)) return;
    if (plant == Plant::LateJournal) return remember(operation, number + 2, bytes);
    const bool erases = operation.bytes == nullptr;
    const bool header = !erases && operation.address % flash_map::kSector == 0;
    if (erases) filling_ = operation.address;
    if (!erases && !header && operation.address / flash_map::kSector == filling_ / flash_map::kSector) {
      remember(operation, kNever, bytes);
    }
    if (!header || operation.address != filling_) return;
    filling_ = 0;
    std::size_t lasts = number;
    for (auto& undo : undos_) undo.lasts_after = undo.lasts_after == kNever ? ++lasts : undo.lasts_after;
  }

  // The power goes away in operation `number`.
  void lose(std::size_t number, std::vector<std::uint8_t>& bytes) {
    for (auto undo = undos_.rbegin(); undo != undos_.rend(); ++undo) {
      if (undo->lasts_after >= number)
        std::memcpy(bytes.data() + undo->address, undo->before.data(), undo->before.size());
    }
    undos_.clear();
    filling_ = 0;
  }

 private:
  static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
  struct Undo {
    std::size_t lasts_after;
    std::uint32_t address;
    std::vector<std::uint8_t> before;
  };

  template <typename Operation>
  void remember(const Operation& operation, std::size_t lasts_after, const std::vector<std::uint8_t>& bytes) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(operation.address);
    undos_.push_back({lasts_after, operation.address, {begin, begin + static_cast<std::ptrdiff_t>(operation.size)}});
  }

  std::vector<Undo> undos_;
  std::uint32_t filling_ = 0;  // the sector that was erased and has no header yet
};

// Where `operation` was the write of one whole record: makes the CRC of what is there now fit.
template <typename Operation>
void forge_record_crc(const Operation& operation, std::vector<std::uint8_t>& bytes) {
  if (!is_journal(operation.address) || operation.address % flash_map::kSector == 0 || operation.size < 8) return;
  const std::size_t length = operation.bytes[2] | std::size_t{operation.bytes[3]} << 8;
  const std::size_t end = 4 + (length + 3) / 4 * 4;
  if (operation.size != end + 4) return;
  std::memcpy(bytes.data() + operation.address, operation.bytes, 4);
  const std::uint32_t crc = crc32(ByteView(bytes.data() + operation.address, 4 + length));
  std::memcpy(bytes.data() + operation.address + end, &crc, sizeof crc);
}

}  // namespace flotilla::fakes
