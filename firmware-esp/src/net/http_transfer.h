// One answer to a GET for a file from some offset on: its head is read, what lies before the offset is left out, and the
// bytes that are still to come are counted. Knows no connection. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "firmware-esp/src/net/http_response.h"

namespace flotilla {

class HttpTransfer {
 public:
  enum class State : std::uint8_t {
    Head,     // give head bytes to feed_head()
    Refused,  // a status other than 200 or 206
    Skip,     // the next left_to_skip() bytes lie before the offset: read them, forget them, call skipped()
    Body,     // the next left() bytes are the file's from the offset on: hand them over, call taken()
    Done,
    Malformed,
  };

  void begin(std::uint32_t offset);
  void feed_head(std::uint8_t byte);  // one at a time, so that the body stays with the caller
  void skipped(std::size_t bytes);
  void taken(std::size_t bytes);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] int status() const { return response_.status(); }  // of the answer; 0 before it came
  [[nodiscard]] std::uint32_t total() const { return total_; }     // of the whole file; 0: not known yet
  [[nodiscard]] std::uint32_t left() const { return left_; }
  [[nodiscard]] std::uint32_t left_to_skip() const { return skip_; }

 private:
  State accept_head();
  void settle();

  HttpResponse response_;
  State state_ = State::Head;
  std::uint32_t offset_ = 0;
  std::uint32_t total_ = 0;
  std::uint32_t skip_ = 0;
  std::uint32_t left_ = 0;
};

// Writes the whole request head; 0 when it does not fit into `capacity`.
[[nodiscard]] std::size_t write_get_request(std::string_view path, std::string_view host, std::uint32_t port,
                                            std::uint32_t offset, char* out, std::size_t capacity);

}  // namespace flotilla
