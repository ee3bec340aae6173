// A running image server with its certificates, and clients of other make: curl and openssl.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "daemon/https/image_server.h"
#include "tests/fakes/folder_images.h"
#include "tests/support/certs.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla::https {

struct Answer {
  int exit_code = -1;   // curl's
  std::string output;   // curl's, on its error
  unsigned status = 0;  // 0: no answer came
  std::string head;
  std::string body;

  // The value of a header field, empty where it is missing.
  [[nodiscard]] std::string field(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class ImageServerTest : public ::testing::Test {
 protected:
  ImageServerTest() {
    for (std::size_t i = 0; i < kImageSize; ++i) image_bytes_ += static_cast<char>((i * 131 + i / 251) & 0xFF);
    image_ = images_.add(image_bytes_);
    access_.allow("esp-1", service::FileKind::Image, image_);
  }

  // With ports and files filled in.
  void start(ImageServerOptions options = {}) {
    options.bind = "127.0.0.1";
    options.port = 0;
    options.certificate = server_files_.certificate;
    options.key = server_files_.key;
    options.ca = authority_.ca();
    options.crl = authority_.crl();
    server_.emplace(options, access_, images(), configs());
    const auto started = server_->start();
    ASSERT_TRUE(started.ok()) << started.error().message;
  }

  [[nodiscard]] std::string path() const { return path_of(image_); }
  static std::string path_of(const Digest& image) { return "/v1/images/" + std::string(to_hex(image).view()); }
  [[nodiscard]] std::string url() const { return "https://localhost:" + std::to_string(server_->port()); }

  FileStock images() { return {service::FileKind::Image, images_, images_}; }
  FileStock configs() { return {service::FileKind::Config, configs_, configs_}; }

  Answer fetch(const std::string& target, const std::vector<std::string>& more = {}) {
    return fetch_as(device_, target, more);
  }
  Answer fetch_as(const test::CertFiles& client, const std::string& target, const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {"--cert", client.certificate, "--key", client.key};
    argv.insert(argv.end(), more.begin(), more.end());
    return curl(target, argv);
  }
  Answer curl(const std::string& target, const std::vector<std::string>& more) {
    const test::TempDir dir;
    std::vector<std::string> argv = {"curl",          "-sS", "--max-time",     "20", "--cacert",
                                     authority_.ca(), "-D",  dir.file("head"), "-o", dir.file("body"),
                                     "--path-as-is"};
    argv.insert(argv.end(), more.begin(), more.end());
    argv.push_back(url() + target);
    test::write_file(dir.file("head"), "");
    test::write_file(dir.file("body"), "");
    const auto result = test::run_command(argv);
    Answer answer{.exit_code = result.exit_code, .output = result.output};
    answer.head = test::read_file(dir.file("head"));
    answer.body = test::read_file(dir.file("body"));
    if (answer.head.size() > 12) answer.status = static_cast<unsigned>(std::stoul(answer.head.substr(9, 3)));
    return answer;
  }

  // Everything that openssl s_client prints; `request` may be empty, "\r\n" is written as such.
  std::string s_client(const std::string& request, const std::string& more, bool quiet = true) {
    const test::TempDir dir;
    test::write_file(dir.file("request"), request);
    const std::string line = "openssl s_client -connect localhost:" + std::to_string(server_->port()) + " -CAfile " +
                             authority_.ca() + " -cert " + device_.certificate + " -key " + device_.key +
                             " -servername localhost " + (quiet ? "-quiet " : "") + more + " < " + dir.file("request");
    return test::run_command({"sh", "-c", line}).output;
  }

  static constexpr std::size_t kImageSize = 420'016;

  test::TestAuthority authority_;
  test::CertFiles server_files_ = authority_.issue_server("_images");
  test::CertFiles device_ = authority_.issue_client("esp-1");
  AccessTable access_;
  fakes::FolderImages images_;
  fakes::FolderImages configs_;
  std::string image_bytes_;
  Digest image_;
  std::optional<ImageServer> server_;
};

}  // namespace flotilla::https
