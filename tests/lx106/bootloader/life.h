// A board's life with one update, as tests/bootloader/life.h leads it, but over the bootloader's own binary and the real
// flash map: resets, the image that was started, which acts through the agent's BootTransactions, until it has settled.
#pragma once

#include "tests/lx106/bootloader/board.h"

namespace flotilla::lx106 {

enum class Ending : std::uint8_t { Confirms, NeverConfirms, DiesEarly, SelfTestFails, WakesThenConfirms };

struct Scenario {
  const char* name;
  Ending ending;
  std::uint32_t at_start;  // at which start of the new image it confirms or fails
};
inline constexpr Scenario kScenarios[] = {
    {"confirmed at the 1st start", Ending::Confirms, 1},
    {"confirmed at the 3rd start", Ending::Confirms, 3},
    {"never confirmed", Ending::NeverConfirms, 0},
    {"dies before user code", Ending::DiesEarly, 0},
    {"self-test fails", Ending::SelfTestFails, 1},
    {"wakes from deep sleep, then confirmed", Ending::WakesThenConfirms, 1},
};

enum class Outcome : std::uint8_t { Old, New, Bricked, Unsettled };

struct Cut {
  std::uint32_t operation = 0;  // 0: none
  Damage damage = Damage::Nothing;
};

struct Report {
  Outcome outcome = Outcome::Unsettled;
  std::uint32_t operations = 0;
  std::uint32_t boots = 0;
  std::size_t stack = 0;  // the bootloader's deepest
};

class Life {
 public:
  explicit Life(const Scenario& scenario) : scenario_(scenario) {}
  [[nodiscard]] Report live(const Cut& cut, std::uint32_t seed);
  // How it ends when nothing is cut.
  [[nodiscard]] Outcome good_end() const;
  [[nodiscard]] const std::string& broken_rules() const { return board_.broken_rules(); }

 private:
  enum class Running : std::uint8_t { Old, New, Neither };

  void begin(const Cut& cut, std::uint32_t seed);
  [[nodiscard]] Running running(const Boot& boot) const;
  // true: it is content and will do nothing more.
  [[nodiscard]] bool run_old();
  [[nodiscard]] bool run_new();
  void order_new();
  void order_old();
  [[nodiscard]] Outcome settle(Running running);

  const Scenario& scenario_;
  const Image old_ = Board::make_image(1, 2 * flash_map::kSector + 200);
  const Image new_ = Board::make_image(2, 3 * flash_map::kSector);
  Board board_;
  BoardFlash flash_;
  BootTransactions journal_{flash_, BootMap{}};
  std::uint32_t starts_ = 0;  // of the new image
};

}  // namespace flotilla::lx106
