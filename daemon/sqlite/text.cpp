#include "daemon/sqlite/text.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace flotilla::sqlite {
namespace {

void append_escaped(std::string& out, const std::string& text) {
  for (const char c : text) {
    if (c == '\\' || c == '=') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string labels_to_text(const std::map<std::string, std::string>& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    append_escaped(out, name);
    out += '=';
    append_escaped(out, value);
    out += '\n';
  }
  return out;
}

bool labels_from_text(const std::string& text, std::map<std::string, std::string>& out) {
  out.clear();
  std::string name;
  std::string part;
  bool in_value = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      if (++i == text.size()) return false;
      part += text[i] == 'n' ? '\n' : text[i];
    } else if (text[i] == '=' && !in_value) {
      name = std::exchange(part, {});
      in_value = true;
    } else if (text[i] == '\n') {
      if (!in_value) return false;
      out[std::exchange(name, {})] = std::exchange(part, {});
      in_value = false;
    } else {
      part += text[i];
    }
  }
  return !in_value && part.empty();
}

std::string waves_to_text(const std::vector<core::WaveSize>& waves) {
  std::string out;
  for (const core::WaveSize& wave : waves) {
    if (!out.empty()) out += ',';
    out += std::to_string(wave.value);
    if (wave.percent) out += '%';
  }
  return out;
}

bool waves_from_text(const std::string& text, std::vector<core::WaveSize>& out) {
  out.clear();
  std::string_view rest = text;
  while (!rest.empty()) {
    core::WaveSize wave;
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), wave.value);
    if (problem != std::errc{}) return false;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    wave.percent = !rest.empty() && rest.front() == '%';
    if (wave.percent) rest.remove_prefix(1);
    out.push_back(wave);
    if (rest.empty()) return true;
    if (rest.front() != ',') return false;
    rest.remove_prefix(1);
    if (rest.empty()) return false;
  }
  return true;
}

}  // namespace flotilla::sqlite
