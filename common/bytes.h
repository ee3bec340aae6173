// Fixed-capacity building blocks without heap or exceptions: the same types serve the daemon and the ESP.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace flotilla {

// A non-owning view of bytes; valid as long as the buffer it points into.
struct ByteView {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;

  ByteView() = default;
  ByteView(const std::uint8_t* bytes, std::size_t count) : data(bytes), size(count) {}
  template <std::size_t N>
  ByteView(const std::array<std::uint8_t, N>& bytes) : data(bytes.data()), size(N) {}  // NOLINT: a view converts
  explicit ByteView(std::string_view text)
      : data(reinterpret_cast<const std::uint8_t*>(text.data())), size(text.size()) {}

  [[nodiscard]] bool empty() const { return size == 0; }
  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(data), size}; }
  friend bool operator==(ByteView a, ByteView b) {
    return a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
  }
  friend bool operator!=(ByteView a, ByteView b) { return !(a == b); }
};

// At most N items in place. push_back() on a full vector refuses and returns false.
template <typename T, std::size_t N>
class FixedVector {
 public:
  static_assert(N < 256, "the count is one byte");
  using Item = T;

  [[nodiscard]] bool push_back(const T& item) {
    if (count_ == N) return false;
    items_[count_++] = item;
    return true;
  }
  void clear() { count_ = 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] static constexpr std::size_t capacity() { return N; }
  T& operator[](std::size_t i) { return items_[i]; }
  const T& operator[](std::size_t i) const { return items_[i]; }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + count_; }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + count_; }

  friend bool operator==(const FixedVector& a, const FixedVector& b) {
    if (a.count_ != b.count_) return false;
    for (std::size_t i = 0; i < a.count_; ++i) {
      if (!(a.items_[i] == b.items_[i])) return false;
    }
    return true;
  }
  friend bool operator!=(const FixedVector& a, const FixedVector& b) { return !(a == b); }

 private:
  std::array<T, N> items_{};
  std::uint8_t count_ = 0;
};

// Makes a value zeros in one call, where `value = {}` would be a store for each member, and a second value on the stack.
template <typename T>
void set_to_zero(T& value) {
  static_assert(std::is_trivially_copyable<T>::value, "nothing but its bytes");
  std::memset(static_cast<void*>(&value), 0, sizeof value);
}

// What FixedString does, once for all capacities. `storage`: the text, zeros up to the capacity, one more zero, and the
// length in a byte.
void assign_cut(char* storage, std::size_t capacity, std::string_view text);

// Text of at most N bytes, always zero-terminated. assign() refuses longer text and then leaves the value as it was.
template <std::size_t N>
class FixedString {
 public:
  static_assert(N < 256, "the length is one byte");

  FixedString() = default;
  // Longer text is cut: for literals and for text whose length was checked before.
  explicit FixedString(std::string_view text) { assign_cut(text); }

  [[nodiscard]] bool assign(std::string_view text) {
    if (text.size() > N) return false;
    assign_cut(text);
    return true;
  }
  // Keeps the first N bytes: for texts that only inform (an error text), never for names.
  void assign_cut(std::string_view text) { flotilla::assign_cut(storage_, N, text); }
  void clear() { assign_cut({}); }
  [[nodiscard]] std::string_view view() const { return {storage_, size()}; }
  [[nodiscard]] const char* c_str() const { return storage_; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::uint8_t>(storage_[N + 1]); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] static constexpr std::size_t capacity() { return N; }
  friend bool operator==(const FixedString& a, const FixedString& b) { return a.view() == b.view(); }
  friend bool operator!=(const FixedString& a, const FixedString& b) { return a.view() != b.view(); }

 private:
  char storage_[N + 2] = {};
};

}  // namespace flotilla
