#include "daemon/authority/grammar.h"

#include <algorithm>

#include "common/messages.h"

namespace flotilla::authority {
namespace {

constexpr std::size_t kMaxHost = 63;  // of the provisioning block

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

Error broken(const char* what, std::string_view text, const std::string& rule) {
  return {ErrorCode::InvalidArgument, std::string(what) + " '" + std::string(text) + "' cannot be used", rule};
}

bool is_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > kMaxHost) return false;
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// As RFC 3696 has it: a name whose last label is all digits is an address.
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  for (;;) {
    const std::size_t dot = text.find('.');
    const std::string part(text.substr(0, dot));
    const bool digits = std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (part.empty() || part.size() > 3 || !digits || std::stoi(part) > 255) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<Unit, Error> check_id(std::string_view text, const char* what) {
  if (is_device_id(text)) return Unit{};
  return broken(what, text, "allowed is [a-z0-9][a-z0-9-]{0,31}: lower-case letters, digits and hyphens, at most 32");
}

Result<Unit, Error> check_name(std::string_view text, const char* what) {
  const bool good = !text.empty() && text.size() <= kMaxName && is_letter_or_digit(text.front()) &&
                    std::all_of(text.begin(), text.end(),
                                [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
  if (good) return Unit{};
  return broken(what, text,
                "allowed is [A-Za-z0-9][A-Za-z0-9._-]*, at most " + std::to_string(kMaxName) + " characters");
}

Result<Unit, Error> check_server_name(std::string_view text) {
  if (is_host(text) && !ends_in_number(text)) return Unit{};
  return broken("the broker's name", text,
                "give a DNS name of at most 63 characters, such as pi.local: boards compare the name in the "
                "certificate, and an address cannot be one. The addresses to try go to --address");
}

Result<Unit, Error> check_address(std::string_view text) {
  if (is_host(text) && (!ends_in_number(text) || is_ipv4(text))) return Unit{};
  return broken("the address", text, "give an IPv4 address or a DNS name of at most 63 characters, without a port");
}

}  // namespace flotilla::authority
