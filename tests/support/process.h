// Programs that a test starts, ends by their pid, and never leaves behind; free ports; waiting on a condition.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace flotilla::test {

// A child process. The destructor kills and reaps it; it also dies when the thread that started it ends. Not thread-safe.
class Process {
 public:
  Process() = default;  // none
  enum class Input : std::uint8_t { Empty, Pipe };
  // Starts argv[0] (found in PATH); its output goes to the end of `log_file`, or to the test's own where that is empty.
  // Its input is empty, or stays open for send(). Throws std::runtime_error where the program cannot be started.
  explicit Process(const std::vector<std::string>& argv, const std::string& log_file = {}, Input input = Input::Empty);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  void signal(int number) const;
  // To its input; needs Input::Pipe. false when the program has closed it.
  bool send(std::string_view text) const;
  // The exit code, or 128 + the signal's number, once it has ended; nothing when the time is over before.
  std::optional<int> wait(std::chrono::milliseconds limit = std::chrono::seconds(20));
  // Sends the signal and waits until the process has ended; SIGKILL when it does not.
  std::optional<int> end(int number = SIGTERM);

 private:
  void release();

  pid_t pid_ = -1;
  int input_ = -1;  // our end of the pipe
  std::optional<int> status_;
};

struct CommandResult {
  int exit_code = -1;
  std::string output;  // stdout and stderr as they came
};

// Runs a program to its end with an empty standard input; kills it after `limit` (exit code 137).
CommandResult run_command(const std::vector<std::string>& argv,
                          std::chrono::milliseconds limit = std::chrono::seconds(30));
// The same, and throws with the output where the exit code is not 0.
std::string must_run(const std::vector<std::string>& argv);

// A TCP port of 127.0.0.1 that was free a moment ago.
[[nodiscard]] std::uint16_t free_port();
[[nodiscard]] bool port_answers(std::uint16_t port);

// true as soon as the condition holds, asked every 5 ms; false when it never did within the limit.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition,
                              std::chrono::milliseconds limit = std::chrono::seconds(20));

}  // namespace flotilla::test
