// The agent's journal: what must outlive a reset, a power cut and a change of the agent's own version. Two sectors at
// flash_map::agent_journal(), of which one is current. No heap; one thread.
//
// Byte format (frozen: an older agent reads it after a rollback). Numbers are little endian.
//
//   sector header, 16 bytes, written last of all when a sector is filled for the first time, and so its commit point:
//     0  4  magic "FLAJ"
//     4  2  format, 1
//     6  2  reserved, 0
//     8  4  sector sequence: of two good headers the higher one is current
//    12  4  CRC-32 of bytes 0-11
//   records from offset 16 on, each on a multiple of 4:
//     0  2  type, 1-0xFFFE
//     2  2  length of the payload, in bytes
//     4  n  payload, then 0xFF up to a multiple of 4
//     .  4  CRC-32 of type, length and payload (not of the filling)
//   0xFF to the sector's end.
//
// Example: record type 1 with payload 07 00 00 00 is
//   01 00 04 00 07 00 00 00, then its CRC over those eight bytes.
//
// Each record holds the whole state of its type, and the newest of each type counts. Fields are never added to a type:
// new information takes a new type. A full sector is compacted: the newest record of every type, unknown types byte for
// byte, goes into the other sector, whose header is then written. Until that header is good the old sector counts. A
// sector whose rest behind the last good record is not clean (a cut write) is never appended to, but compacted. A record
// with a wrong CRC is passed over, its length taken as it stands: a bit that flips there costs no other record.
#pragma once

#include <array>
#include <cstdint>

#include "common/bytes.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class Journal {
 public:
  static constexpr std::size_t kMaxPayload = 256;  // of a record written here; foreign ones may be longer

  // A record as it will lie in flash: who appends one writes the payload into its place, so that a record is on the stack
  // but once.
  struct Image {
    alignas(4) std::array<std::uint8_t, 4 + kMaxPayload + 4> bytes{};  // head, payload with its filling, CRC
    std::size_t size = 0;                                              // of the payload
    [[nodiscard]] std::uint8_t* payload() { return bytes.data() + 4; }
  };

  explicit Journal(hal::Flash& flash) : flash_(flash) {}

  // Finds the current sector, or begins an empty one where neither is good. false: the flash failed; what cannot be read
  // is never taken for empty.
  [[nodiscard]] bool open();

  // The newest record of that type, cut to `capacity`; false when there is none. `size` is the length as stored.
  [[nodiscard]] bool find(std::uint16_t type, std::uint8_t* out, std::size_t capacity, std::size_t& size);

  // Durable and read back when it returns true. false: the flash failed, or the records of all types together do not
  // fit into a sector; what was there before still counts.
  [[nodiscard]] bool append(std::uint16_t type, Image& image);
  [[nodiscard]] bool append(std::uint16_t type, ByteView payload);

 private:
  struct Record {
    std::uint32_t address = 0;
    std::uint16_t type = 0;
    std::uint16_t length = 0;
  };

  enum class Found : std::uint8_t { Good, Rotten, Nothing, Unreadable };

  Found read_header(std::uint32_t sector, std::uint32_t& sequence);
  bool write_header(std::uint32_t sector, std::uint32_t sequence);
  Found read_record(std::uint32_t address, Record& out);
  Found next_record(std::uint32_t address, Record& out);
  bool has_newer(const Record& record);
  bool rest_is_clean();
  bool scan();
  bool write_record(std::uint32_t address, const Image& image);
  bool copy_record(const Record& record, std::uint32_t target);
  bool compact(std::uint16_t type, const Image& image);

  [[nodiscard]] std::uint32_t other_sector() const;

  hal::Flash& flash_;
  std::uint32_t base_ = 0;      // address of the first sector
  std::uint32_t sector_ = 0;    // address of the current one
  std::uint32_t sequence_ = 0;  // of the current one
  std::uint32_t end_ = 0;       // address behind its last good record
  bool clean_ = false;          // only 0xFF from there on
};

}  // namespace flotilla
