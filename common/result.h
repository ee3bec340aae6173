// Result<T, E>: a value or an error, for code that is built without exceptions.
#pragma once

#include <utility>
#include <variant>

namespace flotilla {

// Each module names its own error type E; T and E must differ.
// value() on an error and error() on a value are programming errors (undefined, as with an empty optional).
template <typename T, typename E>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: `return value;` is the idiom
  Result(E error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: `return error;` is the idiom

  [[nodiscard]] bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const T& value() const& { return *std::get_if<0>(&content_); }
  [[nodiscard]] T& value() & { return *std::get_if<0>(&content_); }
  [[nodiscard]] T&& value() && { return std::move(*std::get_if<0>(&content_)); }
  [[nodiscard]] const E& error() const { return *std::get_if<1>(&content_); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

 private:
  std::variant<T, E> content_;
};

struct Unit {
  friend bool operator==(Unit, Unit) { return true; }
};

}  // namespace flotilla
