#include "daemon/cli/watch_frame.h"

#include <algorithm>
#include <array>
#include <map>

#include "daemon/cli/text.h"

namespace flotilla::cli {
namespace {

using api::MemberView;
using api::RolloutDetail;
using api::WaveView;

constexpr std::size_t kBar = 20;
constexpr std::size_t kNameColumns = 12;

// A line that stops at the terminal's edge, whatever its colours take in bytes.
class Line {
 public:
  explicit Line(const Terminal& terminal) : left_(terminal.columns), colours_(terminal.colour) {}

  Line& add(std::string_view text, Colour colour = Colour::None) {
    const std::string safe = cut(printable(text), left_);
    left_ -= width(safe);
    if (!safe.empty()) text_ += paint(safe, colour, colours_);
    return *this;
  }
  Line& add_padded(std::string_view text, std::size_t columns, Colour colour = Colour::None) {
    const std::string safe = printable(text);
    add(safe, colour);
    return add(std::string(columns - std::min(columns, width(safe)), ' '));
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t left_;
  bool colours_;
};

// In the order in which they are drawn: what is proven, what is under way, what went wrong. The rest is not begun.
struct Segment {
  char mark = 0;
  Colour colour = Colour::None;
  std::array<std::string_view, 5> states;
};
constexpr std::array<Segment, 4> kSegments = {
    Segment{'#', Colour::Green, {"succeeded", "superseded"}}, Segment{'+', Colour::Yellow, {"trial", "soaking"}},
    Segment{'>', Colour::Blue, {"ordered", "working", "rebooting"}},
    Segment{'!', Colour::Red, {"failed", "rolled-back", "refused", "unresponsive", "lost"}}};

// Skipped and withdrawn members do not count for a wave.
std::uint32_t not_counted(const api::StateCounts& counts) {
  std::uint32_t sum = 0;
  for (const char* state : {"skipped", "withdrawn"}) {
    if (const auto found = counts.find(state); found != counts.end()) sum += found->second;
  }
  return sum;
}

std::uint32_t sum_of(const api::StateCounts& counts, const Segment& segment) {
  std::uint32_t sum = 0;
  for (const std::string_view state : segment.states) {
    if (const auto found = counts.find(std::string(state)); found != counts.end()) sum += found->second;
  }
  return sum;
}

void add_bar(const WaveView& wave, Line& line) {
  const std::uint32_t total = wave.members - std::min(wave.members, not_counted(wave.counts));
  std::uint32_t seen = 0;
  std::size_t drawn = 0;
  line.add("[");
  for (const Segment& segment : kSegments) {
    seen += sum_of(wave.counts, segment);
    const std::size_t end = total == 0 ? 0 : std::min<std::size_t>(kBar, kBar * seen / total);
    line.add(std::string(end - std::min(end, drawn), segment.mark), segment.colour);
    drawn = std::max(drawn, end);
  }
  line.add(std::string(kBar - drawn, '.'), Colour::Dim).add("] ");
  line.add(std::to_string(sum_of(wave.counts, kSegments[0])) + "/" + std::to_string(total) + "  ");
}

std::string failure_text(const MemberView& member) {
  std::string text = member.reason.empty() ? member.state : member.state + " (" + member.reason + ")";
  if (!member.explanation.empty()) text += ": " + member.explanation;
  if (!member.detail.empty() && member.detail != member.explanation) text += ": " + member.detail;
  return text;
}

std::vector<const MemberView*> failures_of(const RolloutDetail& detail) {
  std::vector<const MemberView*> failures;
  for (const MemberView& member : detail.members) {
    if (is_failure(member.state)) failures.push_back(&member);
  }
  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto* a, const auto* b) { return a->changed_at < b->changed_at; });
  return failures;
}

std::string head_line(const RolloutDetail& detail, std::int64_t now, const Terminal& terminal) {
  const api::RolloutView& rollout = detail.rollout;
  const std::int64_t end = rollout.ended_at != 0 ? rollout.ended_at : now;
  Line line(terminal);
  line.add("Rollout " + std::to_string(rollout.id), Colour::Bold).add("  " + rollout.release + "  ");
  line.add(rollout.state, colour_of_state(rollout.state));
  line.add("  wave " + std::to_string(rollout.open_wave) + " of " + std::to_string(detail.waves.size()));
  line.add("  " + format_duration(static_cast<std::uint64_t>(std::max<std::int64_t>(0, end - rollout.created_at))));
  return line.text();
}

std::string wave_line(const WaveView& wave, const Terminal& terminal) {
  Line line(terminal);
  line.add_padded("  wave " + std::to_string(wave.number), 10, wave.open ? Colour::None : Colour::Dim);
  line.add_padded(wave.size, 6, Colour::Dim);
  add_bar(wave, line);
  line.add(format_counts(wave.counts), Colour::Dim);
  return line.text();
}

std::string failure_line(const MemberView& member, const Terminal& terminal) {
  Line line(terminal);
  line.add("  ").add_padded(member.device, kNameColumns).add("  ").add(failure_text(member), Colour::Red);
  return line.text();
}

std::string state_line(const api::RolloutView& rollout) {
  std::string text = "rollout " + std::to_string(rollout.id) + " of " + rollout.release + ": " + rollout.state;
  if (!rollout.reason_text.empty()) text += ": " + rollout.reason_text;
  return printable(text);
}

}  // namespace

bool is_failure(std::string_view member_state) {
  const auto& states = kSegments.back().states;
  return std::find(states.begin(), states.end(), member_state) != states.end();
}

std::vector<std::string> render_frame(const RolloutDetail& detail, std::int64_t now, const Terminal& terminal) {
  std::vector<std::string> lines{head_line(detail, now, terminal)};
  for (const WaveView& wave : detail.waves) lines.push_back(wave_line(wave, terminal));
  if (!detail.rollout.reason_text.empty()) {
    lines.push_back(Line(terminal).add("  " + detail.rollout.reason_text, Colour::Yellow).text());
  }
  const std::size_t most = std::max<std::size_t>(terminal.rows, 2) - 1;
  if (lines.size() > most) lines.resize(most);
  const auto failures = failures_of(detail);
  const std::size_t room = most - lines.size();
  for (std::size_t i = failures.size() - std::min(failures.size(), room); i < failures.size(); ++i) {
    lines.push_back(failure_line(*failures[i], terminal));
  }
  return lines;
}

std::vector<std::string> describe_changes(const RolloutDetail* before, const RolloutDetail& after) {
  std::vector<std::string> lines;
  const api::RolloutView& rollout = after.rollout;
  if (before == nullptr) lines.push_back(state_line(rollout));
  for (const WaveView& wave : after.waves) {
    const bool known = before != nullptr && wave.number <= before->waves.size() && before->waves[wave.number - 1].open;
    if (wave.open && !known) {
      lines.push_back(printable("wave " + std::to_string(wave.number) + " (" + wave.size + ") is open"));
    }
  }
  std::map<std::string, std::string> states;
  if (before != nullptr) {
    for (const MemberView& member : before->members) states[member.device] = member.state;
  }
  for (const MemberView* member : failures_of(after)) {
    if (const auto found = states.find(member->device); found == states.end() || found->second != member->state) {
      lines.push_back(printable(member->device + " " + failure_text(*member)));
    }
  }
  if (before == nullptr || before->rollout.counts != rollout.counts) {
    lines.push_back(printable(format_counts(rollout.counts)));
  }
  if (before != nullptr &&
      (before->rollout.state != rollout.state || before->rollout.reason_text != rollout.reason_text)) {
    lines.push_back(state_line(rollout));
  }
  return lines;
}

}  // namespace flotilla::cli
