#include "daemon/cli/watch.h"

#include <optional>
#include <ostream>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/cli/text.h"
#include "daemon/cli/watch_frame.h"

namespace flotilla::cli {
namespace {

// Draws over what it drew before.
class Screen {
 public:
  explicit Screen(std::ostream& out) : out_(out) {}

  void draw(const std::vector<std::string>& lines) {
    if (height_ > 0) out_ << "\x1b[" << height_ << "A\r";
    for (const std::string& line : lines) out_ << line << "\x1b[K\n";
    out_ << "\x1b[J" << std::flush;
    height_ = lines.size();
  }

 private:
  std::ostream& out_;
  std::size_t height_ = 0;
};

class Watch {
 public:
  Watch(const WatchConfig& config, const WatchPorts& ports, std::ostream& out)
      : config_(config), ports_(ports), out_(out), screen_(out) {}

  Result<bool, Error> run() {
    const std::string target = "/v1/rollouts/" + std::to_string(config_.rollout);
    while (true) {
      const auto reply = ports_.get(target);
      if (reply.ok()) {
        auto detail = api::from_json_text<api::RolloutDetail>(*reply);
        if (!detail.ok()) return detail.error();
        away_since_.reset();
        show(*reply, *detail);
        if (api::has_ended(detail->rollout)) return detail->rollout.state == "completed";
        last_ = std::move(detail.value());
        last_text_ = *reply;
      } else if (auto given_up = bear(reply.error())) {
        return *given_up;
      }
      ports_.pause();
    }
  }

 private:
  void show(const std::string& text, const api::RolloutDetail& detail) {
    if (config_.json) {
      if (text != last_text_) out_ << text << std::flush;
    } else if (config_.terminal.tty) {
      screen_.draw(render_frame(detail, ports_.now(), config_.terminal));
    } else {
      for (const std::string& line : describe_changes(last_ ? &*last_ : nullptr, detail)) out_ << line << '\n';
      out_.flush();
    }
  }

  // A daemon that restarts is waited for once it has been seen; everything else ends the watch.
  std::optional<Error> bear(const Error& error) {
    if (error.code != ErrorCode::Unavailable || !last_) return error;
    const std::int64_t now = ports_.now();
    if (!away_since_) {
      away_since_ = now;
      if (config_.terminal.tty && !config_.json) {
        auto lines = render_frame(*last_, now, config_.terminal);
        lines.emplace_back("flotillad does not answer, trying again");
        screen_.draw(lines);
      } else if (!config_.json) {
        out_ << "flotillad does not answer, trying again\n" << std::flush;
      }
    }
    if (now - *away_since_ < static_cast<std::int64_t>(config_.patience_seconds)) return std::nullopt;
    return error;
  }

  const WatchConfig& config_;
  const WatchPorts& ports_;
  std::ostream& out_;
  Screen screen_;
  std::optional<api::RolloutDetail> last_;
  std::string last_text_;
  std::optional<std::int64_t> away_since_;
};

}  // namespace

Result<bool, Error> watch_rollout(const WatchConfig& config, const WatchPorts& ports, std::ostream& out) {
  return Watch(config, ports, out).run();
}

}  // namespace flotilla::cli
