#include "daemon/https/image_request.h"

#include "daemon/https/byte_range.h"

namespace flotilla::https {
namespace {

struct Prefix {
  std::string_view text;
  service::FileKind kind;
};
constexpr Prefix kPrefixes[] = {
    {"/v1/images/", service::FileKind::Image},
    {"/v1/configs/", service::FileKind::Config},
};

// Weak comparison with each tag of the list; "*" is any.
bool matches_any(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view tag = list.substr(0, comma);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    while (!tag.empty() && (tag.front() == ' ' || tag.front() == '\t')) tag.remove_prefix(1);
    while (!tag.empty() && (tag.back() == ' ' || tag.back() == '\t')) tag.remove_suffix(1);
    if (tag.substr(0, 2) == "W/") tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

}  // namespace

bool parse_file_target(std::string_view target, FileName& out) {
  for (const Prefix& prefix : kPrefixes) {
    if (target.substr(0, prefix.text.size()) != prefix.text) continue;
    const std::string_view digest = target.substr(prefix.text.size());
    for (const char c : digest) {
      if (c >= 'A' && c <= 'F') return false;  // one address for a file, not many
    }
    if (!from_hex(digest, out.sha256)) return false;
    out.kind = prefix.kind;
    return true;
  }
  return false;
}

std::string etag_of(const Digest& sha256) { return '"' + std::string(to_hex(sha256).view()) + '"'; }

Transfer plan_transfer(const Conditions& conditions, const Digest& sha256, std::uint64_t size) {
  const std::string etag = etag_of(sha256);
  // The order is that of RFC 9110, section 13.2.2: the conditional request first, then the range.
  if (conditions.if_none_match && matches_any(*conditions.if_none_match, etag)) return {304, 0, 0};
  const bool range_counts =
      conditions.range && conditions.method == Method::Get && (!conditions.if_range || *conditions.if_range == etag);
  if (!range_counts) return {200, 0, size};
  const ByteRange range = parse_range(*conditions.range, size);
  switch (range.kind) {
    case RangeKind::Whole: return {200, 0, size};
    case RangeKind::Part: return {206, range.first, range.length};
    case RangeKind::Unsatisfiable: return {416, 0, 0};
  }
  return {200, 0, size};
}

}  // namespace flotilla::https
