// From ticks of the emulator's clock to instructions; needs -icount shift=0.
#pragma once

#include <cstdint>

#include "tests/lx106/stack.h"

namespace flotilla::lx106 {

// The emulator's clock counts in its own unit: how many instructions one tick of it is, as two numbers.
struct Scale {
  static constexpr std::uint32_t kLoops = 1'000'000;
  static constexpr std::uint32_t kInstructions = 2 * kLoops;
  std::uint32_t ticks = 0;

  static std::uint32_t measure() {
    std::uint32_t left = kLoops;
    const auto begin = lx106::ticks();
    asm volatile("1: addi %0, %0, -1\n bnez %0, 1b\n" : "+r"(left));
    return lx106::ticks() - begin;
  }
  [[nodiscard]] std::uint32_t instructions(std::uint32_t count) const {
    return static_cast<std::uint32_t>(std::uint64_t{count} * kInstructions / ticks);
  }
};

}  // namespace flotilla::lx106
