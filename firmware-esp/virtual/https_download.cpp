#include "firmware-esp/virtual/https_download.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/bytes.h"

namespace flotilla {
namespace {

using hal::DownloadStatus;

constexpr std::uint64_t kSilenceMs = 15000;

}  // namespace

HttpsDownload::HttpsDownload(std::shared_ptr<const TlsIdentity> identity, TlsEndpoint endpoint, hal::Clock& clock)
    : clock_(clock),
      host_(endpoint.server_name),
      port_(endpoint.port),
      tls_(std::move(identity), std::move(endpoint), clock) {}

void HttpsDownload::begin(std::string_view path, std::uint32_t offset) {
  transfer_.begin(offset);
  problem_.clear();
  std::array<char, 512> request{};
  request_.assign(request.data(), write_get_request(path, host_, port_, offset, request.data(), request.size()));
  last_moved_ = clock_.monotonic_ms();
  status_ = DownloadStatus::Pending;
  tls_.connect();
}

DownloadStatus HttpsDownload::poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) {
  received = 0;
  if (status_ != DownloadStatus::Pending) return status_;
  tls_.poll();
  send_request();
  read_head();
  skip();
  switch (transfer_.state()) {
    case HttpTransfer::State::Malformed: return finish(DownloadStatus::Broken, "the server's answer is not understood");
    case HttpTransfer::State::Refused: return finish(DownloadStatus::Refused);
    case HttpTransfer::State::Done: return finish(DownloadStatus::Complete);
    case HttpTransfer::State::Body: {
      const DownloadStatus status = body(out, capacity, received);
      if (status != DownloadStatus::Pending) return status;
      break;
    }
    case HttpTransfer::State::Head:
    case HttpTransfer::State::Skip: break;
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

// Takes single bytes, so that the body stays in the TLS engine.
void HttpsDownload::read_head() {
  std::uint8_t byte = 0;
  while (transfer_.state() == HttpTransfer::State::Head && next_bytes(&byte, 1) == 1) transfer_.feed_head(byte);
}

void HttpsDownload::skip() {
  std::array<std::uint8_t, 512> skipped{};
  while (transfer_.state() == HttpTransfer::State::Skip) {
    const std::size_t got = next_bytes(skipped.data(), std::min<std::size_t>(transfer_.left_to_skip(), skipped.size()));
    if (got == 0) return;
    transfer_.skipped(got);
  }
}

DownloadStatus HttpsDownload::body(std::uint8_t* out, std::size_t capacity, std::size_t& received) {
  received = next_bytes(out, std::min<std::size_t>(transfer_.left(), capacity));
  if (received == 0) return DownloadStatus::Pending;
  transfer_.taken(received);
  return DownloadStatus::Data;
}

DownloadStatus HttpsDownload::finish(DownloadStatus status, std::string problem) {
  status_ = status;
  problem_ = std::move(problem);
  tls_.close();
  return status;
}

void HttpsDownload::stop() { finish(DownloadStatus::Broken, "stopped"); }

}  // namespace flotilla
