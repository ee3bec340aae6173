#include "daemon/https/image_request.h"

#include "daemon/https/byte_range.h"

namespace flotilla::https {
namespace {

constexpr std::string_view kPrefix = "/v1/images/";

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

bool parse_image_target(std::string_view target, Digest& out) {
  if (target.substr(0, kPrefix.size()) != kPrefix) return false;
  const std::string_view digest = target.substr(kPrefix.size());
  for (const char c : digest) {
    if (c >= 'A' && c <= 'F') return false;  // one address for an image, not many
  }
  return from_hex(digest, out);
}

std::string etag_of(const Digest& image) { return '"' + std::string(to_hex(image).view()) + '"'; }

Transfer plan_transfer(const Conditions& conditions, const Digest& image, std::uint64_t size) {
  const std::string etag = etag_of(image);
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
