#include "tests/support/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "tests/support/temp_dir.h"

namespace flotilla::test {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(5);

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// In the child, between fork and exec: async-signal-safe calls alone.
[[noreturn]] void become(char* const* argv, int input, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(input, STDIN_FILENO);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  execvp(argv[0], argv);
  _exit(127);
}

pid_t spawn(const std::vector<std::string>& argv, const std::string& log_file, int input) {
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int output = -1;
  if (!log_file.empty()) {
    output = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0) throw std::runtime_error("cannot open " + log_file);
  }
  const pid_t pid = fork();
  if (pid == 0) become(pointers.data(), input, output);
  if (output >= 0) ::close(output);
  if (pid < 0) throw std::runtime_error("cannot start " + argv.front());
  return pid;
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const std::string& log_file, Input input) {
  int ends[2] = {-1, -1};  // to read, to write
  if (input == Input::Pipe) {
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for " + argv.front());
  } else {
    ends[0] = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  input_ = ends[1];
  pid_ = spawn(argv, log_file, ends[0]);
  ::close(ends[0]);
}

Process::~Process() { release(); }

void Process::release() {
  if (running()) end(SIGKILL);
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      status_(std::exchange(other.status_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    release();
    pid_ = std::exchange(other.pid_, -1);
    input_ = std::exchange(other.input_, -1);
    status_ = std::exchange(other.status_, std::nullopt);
  }
  return *this;
}

bool Process::send(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(input_, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool Process::running() {
  if (pid_ < 0 || status_.has_value()) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

void Process::signal(int number) const {
  if (pid_ > 0 && !status_.has_value()) ::kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  if (!wait_until([this] { return !running(); }, limit)) return std::nullopt;
  return status_;
}

std::optional<int> Process::end(int number) {
  signal(number);
  if (!wait().has_value()) {
    signal(SIGKILL);
    return wait();
  }
  return status_;
}

CommandResult run_command(const std::vector<std::string>& argv, std::chrono::milliseconds limit) {
  const TempDir dir;
  const std::string log = dir.file("output");
  Process process(argv, log);
  std::optional<int> code = process.wait(limit);
  if (!code.has_value()) code = process.end(SIGKILL);
  return {code.value_or(-1), read_file(log)};
}

std::string must_run(const std::vector<std::string>& argv) {
  CommandResult result = run_command(argv);
  if (result.exit_code != 0) {
    std::string line;
    for (const std::string& word : argv) line += word + ' ';
    throw std::runtime_error(line + "failed with exit code " + std::to_string(result.exit_code) + ":\n" +
                             result.output);
  }
  return std::move(result.output);
}

std::uint16_t free_port() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.fd(), generic, size) != 0 || ::getsockname(socket.fd(), generic, &size) != 0) {
    throw std::runtime_error("no free port on 127.0.0.1");
  }
  return ntohs(address.sin_port);
}

bool port_answers(std::uint16_t port) {
  const Socket socket;
  sockaddr_in address = loopback(port);
  return ::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

}  // namespace flotilla::test
