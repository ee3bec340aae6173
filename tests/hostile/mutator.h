// Hostile bytes by seed: what is valid, cut short, made longer, with flipped bits, spliced with something else valid, or
// not valid at all.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/bytes.h"

namespace flotilla::hostile {

// The seed of this run, printed with every failure: FLOTILLA_HOSTILE_SEED, or 1.
inline unsigned seed() {
  const char* text = std::getenv("FLOTILLA_HOSTILE_SEED");
  return text == nullptr ? 1 : static_cast<unsigned>(std::atoi(text));
}

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::size_t draw(std::size_t below) { return below == 0 ? 0 : random_() % below; }

  std::string noise(std::size_t size) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  // Never what it was given.
  std::string mutate(const std::string& valid, const std::string& other) {
    std::string bytes = valid;
    while (bytes == valid) {
      bytes = once(bytes, other);
      if (draw(3) == 0) bytes = once(bytes, other);
    }
    return bytes;
  }

 private:
  std::string once(std::string bytes, const std::string& other) {
    switch (draw(9)) {
      case 0: return bytes.substr(0, draw(bytes.size()));
      case 1: return bytes + noise(1 + draw(2000));
      case 2: return noise(draw(1100));
      case 3: return bytes.substr(0, draw(bytes.size())) + other.substr(draw(other.size()));
      case 4: return bytes.insert(draw(bytes.size()), bytes.substr(draw(bytes.size()), draw(80)));
      case 5: {  // lengths and numbers at their limits
        const std::size_t at = draw(bytes.size());
        for (std::size_t i = at; i < std::min(bytes.size(), at + 1 + draw(9)); ++i) bytes[i] = '\xFF';
        return bytes;
      }
      default:
        for (std::size_t i = 0; i <= draw(8) && !bytes.empty(); ++i) {
          auto& byte = bytes[draw(bytes.size())];
          byte = static_cast<char>(byte ^ (1 << draw(8)));
        }
        return bytes;
    }
  }

  std::mt19937 random_;
};

// The bytes in memory of exactly their size, so that a read beyond them is one beyond an allocation.
class Exact {
 public:
  explicit Exact(const std::string& bytes) : size_(bytes.size()), bytes_(new std::uint8_t[bytes.size()]) {
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
  }
  [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

}  // namespace flotilla::hostile
