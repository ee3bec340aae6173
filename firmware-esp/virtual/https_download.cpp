#include "firmware-esp/virtual/https_download.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "common/bytes.h"

namespace flotilla {
namespace {

using hal::DownloadStatus;

constexpr std::uint64_t kSilenceMs = 15000;

}  // namespace

HttpsDownload::HttpsDownload(std::shared_ptr<const TlsIdentity> identity, TlsEndpoint endpoint, hal::Clock& clock)
    : clock_(clock),
      host_(endpoint.server_name + ":" + std::to_string(endpoint.port)),
      tls_(std::move(identity), std::move(endpoint), clock) {}

void HttpsDownload::begin(std::string_view path, std::uint32_t offset) {
  response_ = HttpResponse();
  offset_ = offset;
  total_ = 0;
  skip_ = 0;
  left_ = 0;
  problem_.clear();
  request_ = "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + host_ + "\r\n";
  if (offset != 0) request_ += "Range: bytes=" + std::to_string(offset) + "-\r\n";
  request_ += "Accept-Encoding: identity\r\nConnection: close\r\n\r\n";
  last_moved_ = clock_.monotonic_ms();
  status_ = DownloadStatus::Pending;
  tls_.connect();
}

DownloadStatus HttpsDownload::poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) {
  received = 0;
  if (status_ != DownloadStatus::Pending) return status_;
  tls_.poll();
  send_request();
  if (response_.state() == HttpResponse::State::Head && !read_head()) {
    return finish(DownloadStatus::Broken, "the server's answer is not understood");
  }
  if (response_.state() == HttpResponse::State::Body) {
    const DownloadStatus status = body(out, capacity, received);
    if (status != DownloadStatus::Pending) return status;
  }
  const auto state = tls_.state();
  if (state == TlsClient::State::Unreachable || state == TlsClient::State::Refused || state == TlsClient::State::Lost) {
    return finish(DownloadStatus::Broken, tls_.problem());
  }
  if (clock_.monotonic_ms() - last_moved_ > kSilenceMs) return finish(DownloadStatus::Broken, "the server is silent");
  return DownloadStatus::Pending;
}

void HttpsDownload::send_request() {
  if (request_.empty()) return;
  const ByteView bytes{std::string_view(request_)};
  request_.erase(0, tls_.write(bytes.data, bytes.size));
}

std::size_t HttpsDownload::next_bytes(std::uint8_t* out, std::size_t capacity) {
  std::size_t got = tls_.read(out, capacity);
  if (got == 0) {
    tls_.poll();
    got = tls_.read(out, capacity);
  }
  if (got != 0) last_moved_ = clock_.monotonic_ms();
  return got;
}

// false when the head is malformed. Takes single bytes, so that the body stays in the TLS engine.
bool HttpsDownload::read_head() {
  std::uint8_t byte = 0;
  while (response_.state() == HttpResponse::State::Head && next_bytes(&byte, 1) == 1) response_.feed(&byte, 1);
  if (response_.state() == HttpResponse::State::Head) return true;
  return response_.state() == HttpResponse::State::Body && accept_head();
}

bool HttpsDownload::accept_head() {
  if (response_.status() != 200 && response_.status() != 206) return true;
  if (!response_.has_length()) return false;
  left_ = response_.length();
  std::uint64_t whole = left_;
  if (response_.status() == 206) {
    if (!response_.has_range() || response_.range_begin() != offset_) return false;
    whole = response_.range_total();
  } else {
    skip_ = offset_;  // the server does not know ranges
    if (skip_ > left_) return false;
  }
  if (whole > std::numeric_limits<std::uint32_t>::max()) return false;
  total_ = static_cast<std::uint32_t>(whole);
  return true;
}

DownloadStatus HttpsDownload::body(std::uint8_t* out, std::size_t capacity, std::size_t& received) {
  if (response_.status() != 200 && response_.status() != 206) return finish(DownloadStatus::Refused);
  while (left_ != 0) {
    std::array<std::uint8_t, 512> skipped{};
    const bool skipping = skip_ != 0;
    const std::uint64_t limit =
        skipping ? std::min<std::uint64_t>(skip_, skipped.size()) : std::min<std::uint64_t>(left_, capacity);
    const std::size_t got = next_bytes(skipping ? skipped.data() : out, static_cast<std::size_t>(limit));
    if (got == 0) return DownloadStatus::Pending;
    left_ -= got;
    if (skipping) {
      skip_ -= got;
      continue;
    }
    received = got;
    return DownloadStatus::Data;
  }
  return finish(DownloadStatus::Complete);
}

DownloadStatus HttpsDownload::finish(DownloadStatus status, std::string problem) {
  status_ = status;
  problem_ = std::move(problem);
  tls_.close();
  return status;
}

void HttpsDownload::stop() { finish(DownloadStatus::Broken, "stopped"); }

}  // namespace flotilla
