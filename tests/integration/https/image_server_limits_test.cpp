// What one client can take: time, connections, bytes of a header. And how the server starts and stops.
#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/https/server_fixture.h"

namespace flotilla::https {
namespace {

using std::chrono::milliseconds;
using test::wait_until;

constexpr milliseconds kShort{200};
constexpr milliseconds kLong{3'600'000};

// An output that takes 64 KB and then blocks its writer until somebody reads.
class Fifo {
 public:
  explicit Fifo(const std::string& path) : fd_(-1) {
    if (::mkfifo(path.c_str(), 0600) == 0) fd_ = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  }
  ~Fifo() { ::close(fd_); }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;

  // Reads once, at most 64 KB; the bytes read so far.
  std::size_t drain() {
    std::array<char, 65536> bytes{};
    const ssize_t got = ::read(fd_, bytes.data(), bytes.size());
    if (got > 0) drained_ += static_cast<std::size_t>(got);
    return drained_;
  }

 private:
  int fd_;
  std::size_t drained_ = 0;
};

constexpr std::size_t kLarge = 32'000'000;    // more than all the buffers between server and client hold
constexpr std::size_t kImageBegun = 100'000;  // more than openssl has to say before the first byte of an answer

class ImageServerLimitsTest : public ImageServerTest {
 protected:
  static ImageServerOptions patient() {
    return {.handshake_timeout = kLong, .header_timeout = kLong, .idle_timeout = kLong, .write_timeout = kLong};
  }

  // Shakes hands, says what send() is given, and stays until the server ends the connection.
  test::Process client(const std::string& name) {
    return test::Process({"openssl", "s_client", "-connect", "localhost:" + std::to_string(server_->port()), "-CAfile",
                          authority_.ca(), "-cert", device_.certificate, "-key", device_.key, "-quiet"},
                         dir_.file(name), test::Process::Input::Pipe);
  }
  // Has got an answer, so the server knows it.
  bool is_served(const test::Process& client, const std::string& name) {
    return client.send("HEAD " + path() + " HTTP/1.1\r\nHost: x\r\n\r\n") &&
           wait_until([&] { return test::read_file(dir_.file(name)).find("HTTP/1.1 200") != std::string::npos; });
  }

  test::TempDir dir_;
};

TEST_F(ImageServerLimitsTest, EndsAClientThatNeverShakesHands) {
  ImageServerOptions options = patient();
  options.handshake_timeout = kShort;
  start(options);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(server_->port());
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  char byte = 0;
  EXPECT_EQ(::read(fd, &byte, 1), 0) << "the server closes; the test's own time limit is the alternative";
  ::close(fd);
}

TEST_F(ImageServerLimitsTest, EndsAClientThatDribblesItsHeader) {
  ImageServerOptions options = patient();
  options.header_timeout = kShort;
  start(options);
  test::Process slow = client("slow");
  ASSERT_TRUE(slow.send("GET /v1/"));
  EXPECT_TRUE(slow.wait().has_value());
}

TEST_F(ImageServerLimitsTest, EndsAnIdleConnection) {
  ImageServerOptions options = patient();
  options.idle_timeout = kShort;
  start(options);
  test::Process idle = client("idle");
  EXPECT_TRUE(idle.wait().has_value());
}

TEST_F(ImageServerLimitsTest, EndsAClientThatDoesNotReadAndServesTheNextOne) {
  const Digest large = images_.add(std::string(kLarge, 'x'));
  ImageServerOptions options = patient();
  options.write_timeout = kShort;
  options.max_connections = 1;
  start(options);
  access_.allow("esp-1", service::FileKind::Image, large);
  Fifo output(dir_.file("stuck"));
  test::Process stuck = client("stuck");
  ASSERT_TRUE(stuck.send("GET " + path_of(large) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(wait_until([&] { return output.drain() > kImageBegun; }));
  const test::CertFiles other = authority_.issue_client("esp-2");
  access_.allow("esp-2", service::FileKind::Image, image_);
  EXPECT_TRUE(fetch_as(other, path()).body == image_bytes_) << "it waits until the one connection is free";
}

TEST_F(ImageServerLimitsTest, EndsADownloadWhoseOrderIsWithdrawn) {
  const Digest large = images_.add(std::string(kLarge, 'x'));
  access_.allow("esp-1", service::FileKind::Image, large);
  start(patient());
  Fifo output(dir_.file("reader"));
  test::Process reader = client("reader");
  ASSERT_TRUE(reader.send("GET " + path_of(large) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(wait_until([&] { return output.drain() > kImageBegun; }));
  access_.withdraw("esp-1");
  EXPECT_TRUE(wait_until([&] {
    output.drain();
    return !reader.running();
  })) << "after a whole answer the connection would be kept";
  EXPECT_LT(output.drain(), kLarge);
}

TEST_F(ImageServerLimitsTest, LimitsTheConnectionsOfOneDevice) {
  ImageServerOptions options = patient();
  options.max_connections_per_device = 1;
  start(options);
  const test::CertFiles other = authority_.issue_client("esp-2");
  access_.allow("esp-2", service::FileKind::Image, image_);
  {
    const test::Process first = client("first");
    ASSERT_TRUE(is_served(first, "first"));
    const Answer refused = fetch(path());
    EXPECT_EQ(refused.status, 429U);
    EXPECT_FALSE(refused.field("Retry-After").empty());
    EXPECT_EQ(fetch_as(other, path()).status, 200U);
  }
  EXPECT_TRUE(wait_until([&] { return fetch(path()).status == 200U; })) << "the first one's place is free again";
}

TEST_F(ImageServerLimitsTest, LimitsTheHeader) {
  start();
  EXPECT_EQ(fetch(path(), {"-H", "X-Long: " + std::string(8000, 'x')}).status, 431U);
  std::vector<std::string> many;
  for (int i = 0; i < 500; ++i) {
    many.emplace_back("-H");
    many.emplace_back("X-" + std::to_string(i) + ": y");
  }
  EXPECT_EQ(fetch(path(), many).status, 431U);
}

TEST_F(ImageServerLimitsTest, LimitsTheRequestsOfAConnection) {
  ImageServerOptions options;
  options.max_requests_per_connection = 2;
  start(options);
  const std::string head = "HEAD " + path() + " HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string output = s_client(head + head + head, "");
  EXPECT_EQ(test::count_of(output, "HTTP/1.1 200 OK"), 2U);
  EXPECT_EQ(test::count_of(output, "Connection: close"), 1U);
}

TEST_F(ImageServerLimitsTest, ServesManyAtOnce) {
  ImageServerOptions options;
  options.max_connections = 4;  // the others wait their turn
  start(options);
  std::vector<test::Process> clients;
  constexpr int kClients = 12;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back(
        std::vector<std::string>{"curl", "-sS", "--cacert", authority_.ca(), "--cert", device_.certificate, "--key",
                                 device_.key, "-o", dir_.file("body" + std::to_string(i)), url() + path()},
        dir_.file("log"));
  }
  for (int i = 0; i < kClients; ++i) {
    EXPECT_EQ(clients[static_cast<std::size_t>(i)].wait(), 0) << test::read_file(dir_.file("log"));
    EXPECT_TRUE(test::read_file(dir_.file("body" + std::to_string(i))) == image_bytes_);
  }
}

TEST_F(ImageServerLimitsTest, StopsWithConnectionsOpen) {
  start(patient());
  test::Process open = client("open");
  ASSERT_TRUE(is_served(open, "open"));
  server_->stop();
  EXPECT_TRUE(open.wait().has_value());
  EXPECT_FALSE(test::port_answers(server_->port()));
  server_->stop();
}

TEST_F(ImageServerLimitsTest, NamesTheAddressItCannotListenAt) {
  start();
  ImageServerOptions options{.bind = "127.0.0.1",
                             .port = server_->port(),
                             .certificate = server_files_.certificate,
                             .key = server_files_.key,
                             .ca = authority_.ca(),
                             .crl = authority_.crl()};
  const auto taken = ImageServer(options, access_, images(), configs()).start();
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(taken.error().message.find(std::to_string(server_->port())), std::string::npos) << taken.error().message;
  options.bind = "no address";
  EXPECT_EQ(ImageServer(options, access_, images(), configs()).start().error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace flotilla::https
