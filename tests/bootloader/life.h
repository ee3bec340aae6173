// A board's life with one update, at the level of the boot path: reset, bootloader, the image that was started, which
// acts through the agent's BootTransactions, reset, ... until the board has settled and stayed so.
#pragma once

#include <optional>
#include <vector>

#include "firmware-esp/src/core/boot_transactions.h"
#include "tests/bootloader/boot_path.h"

namespace flotilla::bootloader_test {

using Image = std::vector<std::uint8_t>;

enum class Ending : std::uint8_t {
  Confirms,           // the new image, at its n-th start
  NeverConfirms,      // nor does it say no
  DiesEarly,          // before any code of the user: the agent never runs in it
  SelfTestFails,      // it asks for the way back at its n-th start
  WakesThenConfirms,  // it goes to planned deep sleep more often than it has trial boots, then confirms
};

enum class History : std::uint8_t {
  Empty,       // a journal as after the first serial flash
  Kept,        // the running image was seeded
  Junk,        // something else wrote there
  Updated,     // an update was confirmed before
  RolledBack,  // one was rolled back before
  Open,        // an order for another image, which is no more in its slot, was never carried out
};

struct Scenario {
  Ending ending = Ending::Confirms;
  std::uint32_t at_start = 1;  // n
  History history = History::Empty;
  std::uint32_t old_size = 300;
  std::uint32_t new_size = 600;
  std::uint32_t seed = 1;
};

enum class Outcome : std::uint8_t { Old, New, Bricked, Unsettled };

struct Report {
  Outcome outcome = Outcome::Unsettled;
  std::uint32_t operations = 0;
  std::uint32_t boots = 0;
};

class Life {
 public:
  // `prepare` null: the stock eboot.
  Life(const Scenario& scenario, Prepare prepare);
  [[nodiscard]] Report live(const std::vector<Cut>& cuts, std::uint32_t seed);
  // How the life ends when nothing is cut.
  [[nodiscard]] Outcome good_end() const;

 private:
  enum class Running : std::uint8_t { Old, New, Neither };

  void make_history(const Scenario& scenario);
  [[nodiscard]] Running boot();
  // true: it is content and will do nothing more.
  [[nodiscard]] bool run_old();
  [[nodiscard]] bool run_new();
  [[nodiscard]] bool agrees(Running running);
  [[nodiscard]] bool order(std::uint8_t slot, std::uint32_t size, bool trial);
  [[nodiscard]] std::uint32_t newest_sequence();
  [[nodiscard]] Report settle(Running running, Report report);

  class Flash;

  Scenario scenario_;
  Prepare prepare_;
  Image old_;
  Image new_;
  NorCells start_;
  std::uint32_t start_sequence_ = 0;
  NorCells cells_;
  RtcMemory rtc_;
  std::uint32_t starts_ = 0;  // of the new image
  bool ordered_ = false;      // stock: what the agent's own journal knows
  bool left_ = false;         // stock: likewise
};

}  // namespace flotilla::bootloader_test
