#include "daemon/cli/system.h"

#include <array>
#include <chrono>
#include <pwd.h>
#include <unistd.h>

namespace flotilla::cli {

std::uint64_t wall_seconds() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
}

std::string user_name() {
  const uid_t user = ::geteuid();
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return std::to_string(user);
}

}  // namespace flotilla::cli
