#include "firmware-esp/src/esp8266/download.h"

#include <algorithm>

namespace flotilla {
namespace {

using hal::DownloadStatus;

constexpr std::uint64_t kSilenceMs = 15'000;
constexpr std::size_t kMaxRequest = 320;  // bytes: path, host name and Range at their longest

}  // namespace

void EspDownload::begin(std::string_view path, std::uint32_t offset) {
  tls_.stop();
  open_ = false;
  offset_ = offset;
  transfer_.begin(offset);
  moved_ms_ = clock_.monotonic_ms();
  status_ = path_.assign(path) ? DownloadStatus::Pending : DownloadStatus::Broken;
  if (tls_.wants_much_heap() || !tls_.has_heap()) mqtt_.pause();
}

DownloadStatus EspDownload::poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) {
  received = 0;
  if (status_ != DownloadStatus::Pending) return status_;
  if (!open_) return connect();
  const bool alive = tls_.connected() != 0;  // asked first: what came before the end is still read
  const DownloadStatus status = advance(out, capacity, received);
  if (status != DownloadStatus::Pending) return status;
  const bool silent = clock_.monotonic_ms() - moved_ms_ > kSilenceMs;
  return !alive || silent ? finish(DownloadStatus::Broken) : DownloadStatus::Pending;
}

DownloadStatus EspDownload::connect() {
  switch (tls_.open()) {
    case TlsClient::Outcome::NextAddress: return DownloadStatus::Pending;
    case TlsClient::Outcome::Unreachable:
    case TlsClient::Outcome::Refused: return finish(DownloadStatus::Broken);
    case TlsClient::Outcome::Open: break;
  }
  open_ = true;
  moved_ms_ = clock_.monotonic_ms();
  return ask() ? DownloadStatus::Pending : finish(DownloadStatus::Broken);
}

bool EspDownload::ask() {
  char request[kMaxRequest];
  const std::size_t size =
      write_get_request(path_.view(), servers_.name.view(), port_, offset_, request, sizeof request);
  return size != 0 && tls_.write(reinterpret_cast<const std::uint8_t*>(request), size) == size;
}

// The caller's buffer serves for what is left out as well.
DownloadStatus EspDownload::advance(std::uint8_t* out, std::size_t capacity, std::size_t& received) {
  for (;;) {
    switch (transfer_.state()) {
      case HttpTransfer::State::Head: {
        std::uint8_t byte = 0;
        if (read(&byte, 1) == 0) return DownloadStatus::Pending;
        transfer_.feed_head(byte);
        break;
      }
      case HttpTransfer::State::Skip: {
        const std::size_t got = read(out, std::min<std::size_t>(transfer_.left_to_skip(), capacity));
        if (got == 0) return DownloadStatus::Pending;
        transfer_.skipped(got);
        break;
      }
      case HttpTransfer::State::Body:
        received = read(out, std::min<std::size_t>(transfer_.left(), capacity));
        if (received == 0) return DownloadStatus::Pending;
        transfer_.taken(received);
        return DownloadStatus::Data;
      case HttpTransfer::State::Done: return finish(DownloadStatus::Complete);
      case HttpTransfer::State::Refused: return finish(DownloadStatus::Refused);
      case HttpTransfer::State::Malformed: return finish(DownloadStatus::Broken);
    }
  }
}

std::size_t EspDownload::read(std::uint8_t* out, std::size_t capacity) {
  const int got = tls_.read(out, capacity);
  if (got <= 0) return 0;
  moved_ms_ = clock_.monotonic_ms();
  return static_cast<std::size_t>(got);
}

DownloadStatus EspDownload::finish(DownloadStatus status) {
  status_ = status;
  tls_.stop();
  open_ = false;
  mqtt_.resume();
  return status;
}

void EspDownload::stop() { finish(DownloadStatus::Broken); }

}  // namespace flotilla
