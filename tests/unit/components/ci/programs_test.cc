// The services as programs.
#include <gmock/gmock.h>

#include <condition_variable>
#include <csignal>
#include <fstream>
#include <thread>

#include "ci/world.h"
#include "ci_tests_paths.h"
#include "fakes/support.h"
#include "http/server.h"

namespace ci {
namespace {

using namespace std::chrono_literals;
namespace http = fakes::http;
using fakes::support::Client;
using fakes::support::Process;
using fakes::support::request;
using fakes::support::TempDir;

/// An API that takes every request and answers none.
class Silence {
 public:
  Silence() {
    for (const char* method : {"GET", "POST", "DELETE"})
      server_.router().handle(method, "/{path...}", [this](const http::Request& request) {
        std::unique_lock lock(mutex_);
        ++asked_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return over_ || request.gone.stop_requested(); });
        return http::text(503, "");
      });
    port_ = server_.listen("127.0.0.1", 0);
    thread_ = std::jthread([this] { server_.run(); });
  }
  ~Silence() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    server_.stop(0ms);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// False where nobody asks within 20 s.
  bool wait_until_asked() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return asked_ > 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int asked_ = 0;
  bool over_ = false;
  http::Server server_{{}};
  unsigned short port_ = 0;
  std::jthread thread_;
};

class ProgramsTest : public testing::TestWithParam<std::string> {
 protected:
  /// The program, with everything that it talks to at `url`.
  std::unique_ptr<Process> start(const std::string& url) {
    std::ofstream(dir_.path() / "secret") << "s";
    std::ofstream(dir_.path() / "config") << "presubmits: []";
    std::vector<std::string> args = {PROGRAMS "/" + GetParam(), "-port=0", "-kube-api=" + url,
                                     "-job-namespace=ci"};
    if (GetParam() == "hook" || GetParam() == "crier") args.push_back("-github-endpoint=" + url);
    if (GetParam() == "crier") args.push_back("-gerrit-endpoint=" + url);
    if (GetParam() == "hook")
      args.insert(args.end(), {"-hmac-secret-file=" + dir_.str() + "/secret", "-clonerefs-image=c",
                               "-job-image=j", "-config-file=" + dir_.str() + "/config"});
    auto program = std::make_unique<Process>(args);
    const auto line = program->read_line();
    EXPECT_THAT(line, testing::StartsWith("listening on http://127.0.0.1:"))
        << "of this machine alone, unless asked";
    port_ = static_cast<unsigned short>(std::stoi(line.substr(line.rfind(':') + 1)));
    return program;
  }
  unsigned short port_ = 0;
  TempDir dir_;
};

TEST_P(ProgramsTest, EndsWithinASecondWhenItsEndpointHangs) {
  Silence silence;
  const auto program = start(silence.url());
  Client client(port_);
  client.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(silence.wait_until_asked());
  const auto begin = std::chrono::steady_clock::now();
  program->signal(SIGTERM);
  EXPECT_EQ(program->wait(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_P(ProgramsTest, EndsWellRightAfterItSaidThatItListens) {
  const auto program = start("http://127.0.0.1:1");
  program->signal(SIGTERM);
  EXPECT_EQ(program->wait(), 0);
}

TEST_P(ProgramsTest, IsReadyWhenItsCallsSucceed) {
  World world;
  const auto program = start(world.url());
  EXPECT_EQ(request(port_, "GET", "/readyz").status, 200);
}

TEST_P(ProgramsTest, IsNotReadyWhenTheyDoNot) {
  const auto program = start("http://127.0.0.1:1");
  EXPECT_EQ(request(port_, "GET", "/healthz").status, 200);
  const auto answer = request(port_, "GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, testing::HasSubstr("http://127.0.0.1:1/apis/batch/v1/namespaces/ci/jobs"));
}

TEST_P(ProgramsTest, IsNotReadyWhenGitHubRefusesAndItIsNeeded) {
  World world;
  world.answer("GET /user", 401, {{"message", "Bad credentials"}});
  const auto program = start(world.url());
  const auto answer = request(port_, "GET", "/readyz");
  const bool needed = GetParam() == "hook" || GetParam() == "crier";
  EXPECT_EQ(answer.status, needed ? 503 : 200);
  EXPECT_THAT(answer.body, testing::HasSubstr(needed ? "Bad credentials" : "ok"));
}

INSTANTIATE_TEST_SUITE_P(, ProgramsTest, testing::Values("hook", "crier", "deck", "sinker"),
                         [](const auto& program) { return program.param; });

}  // namespace
}  // namespace ci
