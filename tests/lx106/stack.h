// Stacks of our own, painted beforehand so that their deepest use can be seen, and the processor's counter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" void call_on_stack(void (*function)(void*), void* argument, void* stack_top);

namespace flotilla::lx106 {

template <std::size_t Size>
class Stack {
 public:
  // Calls f() on this stack and comes back to the present one. Not again from within f().
  template <typename F>
  void run(F&& f) {
    using Function = std::remove_reference_t<F>;
    call_on_stack([](void* argument) { (*static_cast<Function*>(argument))(); }, &f, memory_.data() + Size);
  }
  void paint() { memory_.fill(kPaint); }
  // Bytes used since paint(), by run()'s own 32 too much.
  [[nodiscard]] std::size_t depth() const {
    std::size_t untouched = 0;
    while (untouched < Size && memory_[untouched] == kPaint) ++untouched;
    return Size - untouched;
  }

 private:
  static constexpr std::uint8_t kPaint = 0xA5;
  alignas(16) std::array<std::uint8_t, Size> memory_{};
};

inline std::uint32_t ticks() {
  std::uint32_t count;
  asm volatile("rsr.ccount %0" : "=r"(count));
  return count;
}

}  // namespace flotilla::lx106
