#include "daemon/https/response_head.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace flotilla::https {
namespace {

constexpr unsigned kNotModified = 304;

// Every status that this server answers with (RFC 9110, section 15; 429 and 431: RFC 6585).
constexpr struct {
  unsigned status;
  std::string_view reason;
} kReasons[] = {
    {200, "OK"},
    {206, "Partial Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {416, "Range Not Satisfiable"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {505, "HTTP Version Not Supported"},
};

std::string_view reason_of(unsigned status) {
  for (const auto& row : kReasons) {
    if (row.status == status) return row.reason;
  }
  return "";
}

// IMF-fixdate, whatever the process's locale is.
std::string http_date(std::int64_t now) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text.data();
}

}  // namespace

std::string content_range(std::uint64_t first, std::uint64_t length, std::uint64_t size) {
  if (length == 0) return "bytes */" + std::to_string(size);
  return "bytes " + std::to_string(first) + "-" + std::to_string(first + length - 1) + "/" + std::to_string(size);
}

std::string to_text(const ResponseHead& head, std::int64_t now) {
  std::string text = "HTTP/1.1 " + std::to_string(head.status) + ' ';
  text += reason_of(head.status);
  text += "\r\nDate: " + http_date(now) + "\r\n";
  if (head.status != kNotModified) text += "Content-Length: " + std::to_string(head.content_length) + "\r\n";
  for (const auto& [name, value] : head.fields) {
    text += name;
    text += ": " + value + "\r\n";
  }
  if (head.close) text += "Connection: close\r\n";
  return text + "\r\n";
}

}  // namespace flotilla::https
