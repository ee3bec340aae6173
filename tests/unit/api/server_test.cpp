// The API's server over a real Unix socket, with a handler of the test's own.
#include "daemon/api/server.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <pwd.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "daemon/api/client.h"
#include "daemon/api/json.h"
#include "tests/support/temp_dir.h"

namespace flotilla::api {
namespace {

// A connection without any HTTP library.
class RawClient {
 public:
  explicit RawClient(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  // false: the server has closed.
  bool send(const std::string& bytes) const {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  void finish() const { ::shutdown(fd_, SHUT_WR); }
  // Everything until the server closes.
  [[nodiscard]] std::string read_all() const {
    std::string all;
    std::array<char, 4096> part{};
    while (true) {
      const ssize_t size = ::recv(fd_, part.data(), part.size(), 0);
      if (size <= 0) return all;
      all.append(part.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  int fd_;
  bool connected_ = false;
};

std::string own_name() { return ::getpwuid(::getuid())->pw_name; }

class Server : public ::testing::Test {
 protected:
  static HttpReply echo(const HttpRequest& request) {
    return {200, request.method + " " + request.target + " " + std::to_string(request.body.size()), ""};
  }
  ServerConfig config() { return {.socket_path = path(), .step_seconds = 10}; }
  std::string path() const { return dir_.file("api.sock"); }

  test::TempDir dir_;
};

TEST_F(Server, AnswersManyRequestsOverOneConnection) {
  ApiServer server(config(), echo);
  ASSERT_TRUE(server.start().ok());
  const RawClient client(path());
  ASSERT_TRUE(
      client.send("GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nxy"
                  "GET /c HTTP/1.1\r\nConnection: close\r\n\r\n"));
  const std::string all = client.read_all();
  EXPECT_NE(all.find("GET /a 0\n"), std::string::npos) << all;
  EXPECT_NE(all.find("POST /b 2\n"), std::string::npos) << all;
  EXPECT_NE(all.find("GET /c 0\n"), std::string::npos) << all;
}

TEST_F(Server, SocketIsForUserAndGroupAndGoesWithTheServer) {
  ApiServer server(config(), echo);
  ASSERT_TRUE(server.start().ok());
  struct stat file {};
  ASSERT_EQ(::stat(path().c_str(), &file), 0);
  EXPECT_TRUE(S_ISSOCK(file.st_mode));
  EXPECT_EQ(file.st_mode & 0777U, 0660U);
  server.stop();
  EXPECT_NE(::stat(path().c_str(), &file), 0);
  server.stop();
}

TEST_F(Server, NamesThePeersUser) {
  std::string actor;
  ApiServer server(config(), [&actor](const HttpRequest& request) {
    actor = request.actor;
    return HttpReply{200, "{}", ""};
  });
  ASSERT_TRUE(server.start().ok());
  ASSERT_TRUE(ApiClient(path()).get("/").ok());
  EXPECT_EQ(actor, own_name());
}

TEST_F(Server, AStaleSocketIsReplaced) {
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path().data(), path().size());
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);  // as after SIGKILL: the file stays, nobody answers
  }
  ApiServer server(config(), echo);
  ASSERT_TRUE(server.start().ok());
  EXPECT_TRUE(ApiClient(path()).get("/x").ok());
}

TEST_F(Server, ASocketSomebodyAnswersOnIsLeftAlone) {
  ApiServer first(config(), echo);
  ASSERT_TRUE(first.start().ok());
  {
    ApiServer second(config(), echo);
    const auto started = second.start();
    ASSERT_FALSE(started.ok());
    EXPECT_EQ(started.error().code, ErrorCode::Conflict);
    EXPECT_NE(started.error().message.find(path()), std::string::npos);
  }
  EXPECT_TRUE(ApiClient(path()).get("/x").ok());
}

TEST_F(Server, AnotherKindOfFileIsLeftAlone) {
  std::ofstream(path()) << "precious";
  ApiServer server(config(), echo);
  const auto started = server.start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, ErrorCode::Conflict);
  std::string text;
  std::ifstream(path()) >> text;
  EXPECT_EQ(text, "precious");
}

TEST_F(Server, APathThatCannotBeIsRefused) {
  for (const std::string& wrong : {std::string(), std::string(108, 'x'), dir_.file("missing/api.sock")}) {
    ApiServer server({.socket_path = wrong}, echo);
    EXPECT_FALSE(server.start().ok()) << wrong;
  }
}

struct Broken {
  const char* name;
  std::string bytes;
  const char* status;  // of the reply; empty: closed without one
};

TEST_F(Server, BrokenRequestsAreAnsweredAndHarmNobody) {
  ApiServer server(config(), echo);
  ASSERT_TRUE(server.start().ok());
  const std::vector<Broken> rows = {
      {.name = "garbage", .bytes = std::string("\x00\xff\x16\x03\x01garbage\r\n\r\n", 16), .status = "400"},
      {.name = "TLS",
       .bytes = std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x0a\x0d\x0a", 14),
       .status = "400"},
      {.name = "no version", .bytes = "GET /\r\n\r\n", .status = "400"},
      {.name = "HTTP/9.9", .bytes = "GET / HTTP/9.9\r\n\r\n", .status = "400"},
      {.name = "two lengths",
       .bytes = "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
       .status = "400"},
      {.name = "negative length", .bytes = "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", .status = "400"},
      {.name = "half a request", .bytes = "GET / HT", .status = "400"},
      {.name = "half a body", .bytes = "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", .status = "400"},
      {.name = "endless header", .bytes = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x'), .status = "431"},
      {.name = "nothing", .bytes = "", .status = ""},
  };
  for (const Broken& row : rows) {
    const RawClient client(path());
    ASSERT_TRUE(client.connected()) << row.name;
    ASSERT_TRUE(client.send(row.bytes)) << row.name;
    client.finish();
    const std::string reply = client.read_all();
    const std::string expected = *row.status == '\0' ? "" : std::string("HTTP/1.1 ") + row.status;
    EXPECT_EQ(reply.substr(0, 12), expected.substr(0, 12)) << row.name << ": " << reply;
    if (!expected.empty()) {
      EXPECT_NE(reply.find(R"({"error":{"code")"), std::string::npos) << row.name;
    }
  }
  EXPECT_TRUE(ApiClient(path()).get("/still-there").ok());
}

TEST_F(Server, ATooLargeBodyIsRefusedBeforeItIsRead) {
  ApiServer server(config(), echo);
  ASSERT_TRUE(server.start().ok());
  const ApiClient client(path());
  const auto fits = client.post("/v1/rollouts", std::string(kMaxJsonBody, 'x'));
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  const auto too_large = client.post("/v1/rollouts", std::string(kMaxJsonBody + 1, 'x'));
  ASSERT_FALSE(too_large.ok());
  EXPECT_NE(too_large.error().message.find("too large"), std::string::npos) << too_large.error().message;
  EXPECT_TRUE(client.post("/v1/releases", std::string(kMaxBundleBody, 'x')).ok());
  EXPECT_FALSE(client.post("/v1/releases", std::string(kMaxBundleBody + 1, 'x')).ok());
}

TEST_F(Server, ATooLargeChunkedBodyIsRefused) {
  ApiServer server(config(), echo);
  ASSERT_TRUE(server.start().ok());
  const RawClient client(path());
  ASSERT_TRUE(client.send("POST /v1/devices HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n50000\r\n"));
  (void)client.send(std::string(0x50000, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_all().substr(0, 12), "HTTP/1.1 413");
}

TEST_F(Server, ClientsThatStallDoNotHoldUpOthers) {
  ApiServer server(config(), echo);
  ASSERT_TRUE(server.start().ok());
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.push_back(std::make_unique<RawClient>(path()));
    ASSERT_TRUE(stalled.back()->send(i % 2 == 0 ? "POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf" : "GET"));
  }
  EXPECT_TRUE(ApiClient(path(), 5).get("/x").ok());
}

TEST_F(Server, AClientThatStallsIsClosed) {
  ServerConfig hasty = config();
  hasty.step_seconds = 1;
  ApiServer server(hasty, echo);
  ASSERT_TRUE(server.start().ok());
  const RawClient header(path());
  const RawClient body(path());
  ASSERT_TRUE(header.send("GET / HTTP/1.1\r\n"));
  ASSERT_TRUE(body.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"));
  EXPECT_EQ(header.read_all(), "");  // returns because the server closes
  EXPECT_EQ(body.read_all(), "");
}

TEST_F(Server, TooManyConnectionsAreToldSo) {
  ServerConfig narrow = config();
  narrow.max_connections = 2;
  ApiServer server(narrow, echo);
  ASSERT_TRUE(server.start().ok());
  auto first = std::make_unique<RawClient>(path());
  const RawClient second(path());
  const RawClient third(path());
  EXPECT_EQ(third.read_all().substr(0, 12), "HTTP/1.1 503");
  const auto refused = ApiClient(path()).get("/x");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  first.reset();
  while (!ApiClient(path()).get("/x").ok()) std::this_thread::yield();  // ctest's limit ends a failure
}

TEST_F(Server, ServesClientsThatComeAtOnce) {
  std::atomic<int> handled{0};
  ApiServer server(config(), [&handled](const HttpRequest& request) {
    ++handled;
    return echo(request);
  });
  ASSERT_TRUE(server.start().ok());
  constexpr int kClients = 16;
  constexpr int kEach = 25;
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      for (int j = 0; j < kEach; ++j) {
        const std::string target = "/" + std::to_string(i) + "-" + std::to_string(j);
        const auto reply = ApiClient(path()).get(target);
        if (reply.ok() && *reply == "GET " + target + " 0\n") ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, kClients * kEach);
  EXPECT_EQ(handled, kClients * kEach);
}

TEST_F(Server, StopWaitsForTheHandlerAndItsReply) {
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false;
  bool go_on = false;
  ApiServer server(config(), [&](const HttpRequest& request) {
    std::unique_lock lock(mutex);
    entered = true;
    changed.notify_all();
    changed.wait(lock, [&] { return go_on; });
    return echo(request);
  });
  ASSERT_TRUE(server.start().ok());
  const RawClient idle(path());
  bool answered = false;
  std::thread client([&] { answered = ApiClient(path()).get("/slow").ok(); });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return entered; });
  }
  std::thread stopper([&] { server.stop(); });
  EXPECT_EQ(idle.read_all(), "");  // closed as the stop begins
  {
    const std::lock_guard lock(mutex);
    go_on = true;
    changed.notify_all();
  }
  stopper.join();
  client.join();
  EXPECT_TRUE(answered);
}

TEST_F(Server, TheClientSaysWhenNobodyAnswers) {
  const auto reply = ApiClient(path()).get("/v1/status");
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
  EXPECT_NE(reply.error().message.find(path()), std::string::npos);
  EXPECT_NE(reply.error().hint.find("start it"), std::string::npos);
  EXPECT_FALSE(ApiClient(std::string(200, 'x')).get("/").ok());
}

}  // namespace
}  // namespace flotilla::api
