#include "daemon/api/waves.h"

#include <charconv>

namespace flotilla::api {
namespace {

constexpr std::uint32_t kMaxDevices = 1'000'000;

Error wrong(const std::string& what) {
  return {ErrorCode::InvalidArgument, "waves: " + what,
          "waves are cumulative sizes, for example 1,10%,100%: one device, a tenth of them, all"};
}

Result<core::WaveSize, Error> parse_size(std::string_view part) {
  core::WaveSize size;
  std::string_view digits = part;
  if (!digits.empty() && digits.back() == '%') {
    size.percent = true;
    digits.remove_suffix(1);
  }
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, size.value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) {
    return wrong("\"" + std::string(part) + "\" is neither a number nor a percentage");
  }
  const std::uint32_t limit = size.percent ? 100 : kMaxDevices;
  if (size.value < 1 || size.value > limit) {
    return wrong("\"" + std::string(part) + "\" is outside 1 to " + std::to_string(limit) + (size.percent ? "%" : ""));
  }
  return size;
}

// Numbers and percentages cannot be compared before the targets are known, so each grows by itself.
const core::WaveSize* last_alike(const std::vector<core::WaveSize>& waves, bool percent) {
  for (std::size_t i = waves.size(); i > 0; --i) {
    if (waves[i - 1].percent == percent) return &waves[i - 1];
  }
  return nullptr;
}

}  // namespace

Result<std::vector<core::WaveSize>, Error> parse_waves(std::string_view text) {
  if (text.empty()) return wrong("none given");
  std::vector<core::WaveSize> waves;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto size = parse_size(text.substr(0, comma));
    if (!size.ok()) return size.error();
    const core::WaveSize* before = last_alike(waves, size->percent);
    if (before != nullptr && before->value >= size->value) {
      return wrong(format_wave(*size) + " does not grow after " + format_wave(*before));
    }
    waves.push_back(*size);
    if (waves.size() > kMaxWaves) return wrong("more than " + std::to_string(kMaxWaves));
    if (comma == std::string_view::npos) return waves;
    text.remove_prefix(comma + 1);
  }
}

std::string format_wave(core::WaveSize size) { return std::to_string(size.value) + (size.percent ? "%" : ""); }

std::string format_waves(const std::vector<core::WaveSize>& waves) {
  std::string text;
  for (const core::WaveSize& size : waves) {
    if (!text.empty()) text += ',';
    text += format_wave(size);
  }
  return text;
}

}  // namespace flotilla::api
