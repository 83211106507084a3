#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "clonerefs.h"

namespace {

namespace fs = std::filesystem;
using test::make_repo;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kUnknown = "1111111111111111111111111111111111111111";

/// A port that takes connections and never answers.
class SilentServer {
 public:
  SilentServer() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{
        .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof address;
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (bind(fd_, reinterpret_cast<sockaddr*>(&address), size) || listen(fd_, 5) ||
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size))
      throw std::system_error(errno, std::generic_category(), "cannot listen");
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() {
    close(fd_);
    close(client_);
  }
  int port() const { return port_; }
  void wait_for_client() {
    client_ = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client_ < 0) throw std::system_error(errno, std::generic_category(), "nobody connected within 20 s");
  }

 private:
  int fd_, client_ = -1, port_ = 0;
};

class ClonerefsInterrupted : public Clonerefs {
 protected:
  test::Command waiting_on(const SilentServer& server) {
    auto waiting = command({"-repo", "http://127.0.0.1:" + std::to_string(server.port()) + "/x", "-base-ref",
                            "master", "-dir", dir()});
    waiting.timeout = std::chrono::seconds(10);
    return waiting;
  }
};

TEST_F(Clonerefs, UnknownCommitsAndRefs) {
  make_repo(super(), kThreePulls);
  auto result = clone({"-pull", std::string("2:") + kUnknown});
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, AllOf(HasSubstr("error: " + super().string() + " has no commit " + kUnknown +
                                          " (pull request 2)"),
                                HasSubstr("next: ")));
  result = clone({"-base-sha", kUnknown});
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, HasSubstr("(-base-sha)"));
  result = test::run(command({"-repo", super(), "-base-ref", "mastre", "-dir", dir()}));
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, AllOf(HasSubstr("no branch or tag \"mastre\""), HasSubstr("its branches: master")));
  result = clone({"-base-sha", rev(super(), "HEAD^{tree}")});
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_FALSE(fs::exists(dir().parent_path()));
}

TEST_F(Clonerefs, UnreachableRepositories) {
  for (const auto& [url, cause] : std::map<std::string, std::string>{
           {"http://someone:secret@127.0.0.1:1/x", "cannot fetch http://127.0.0.1:1/x: failed to connect"},
           {"file:///no/such/repo", "-repo file:///no/such/repo is neither a URL of a"},
           {"no/such/folder", "neither a URL of a server nor a folder"},
           {"bogus://x/y", "neither a URL of a server nor a folder"}}) {
    const auto result = clone_of(url);
    EXPECT_THAT(result, FailedWith(1));
    EXPECT_THAT(result.err, AllOf(StartsWith("error: "), HasSubstr(cause), HasSubstr("next: "),
                                  testing::Not(HasSubstr("secret"))));
    EXPECT_FALSE(fs::exists(dir().parent_path())) << url;
  }
}

TEST_F(Clonerefs, FolderThatIsNotEmptyStaysAsItWas) {
  make_repo(super(), kThreePulls);
  fs::create_directories(dir());
  std::ofstream(dir() / "precious") << "x";
  const auto result = clone();
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, AllOf(HasSubstr("is not empty: it has precious"), HasSubstr("next: ")));
  EXPECT_TRUE(fs::exists(dir() / "precious"));
}

TEST_F(Clonerefs, EmptyFolderIsFilledOrLeftEmpty) {
  make_repo(super(), kThreePulls);
  fs::create_directories(dir());
  EXPECT_THAT(clone({"-base-sha", kUnknown}), FailedWith(1));
  ASSERT_TRUE(fs::is_directory(dir()));
  EXPECT_TRUE(fs::is_empty(dir()));
  EXPECT_THAT(clone(), Succeeded());
  EXPECT_TRUE(fs::exists(dir() / "base"));
}

TEST_F(Clonerefs, WrongFlagsExitWith2AndTouchNothing) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "-repo is missing"},
      {{"-repo", "x", "-base-ref", "m"}, "-dir is missing"},
      {{"-nope"}, "unknown flag -nope"},
      {{"---dir", "x"}, "unknown flag ---dir"},
      {{"word"}, "unexpected argument \"word\""},
      {{"-dir"}, "-dir needs a value"},
      {{"-dir="}, "-dir needs a value"},
      {{"-dir", "a", "-dir", "b"}, "-dir is given twice"},
      {{"-pull", "1"}, "is not NUM:SHA"},
      {{"-pull", "x1:" + std::string(kUnknown)}, "is not NUM:SHA"},
      {{"-pull", "0:" + std::string(kUnknown)}, "is not NUM:SHA"},
      {{"-pull", "1:abc"}, "is not a commit id"},
      {{"-repo", "x", "-base-ref", "m", "-dir", dir(), "-base-sha", "HEAD"}, "is not a commit id"},
      {{"-repo", "x", "-base-ref", "a..b", "-dir", dir()}, "is not a branch's name"},
  };
  for (const auto& [args, cause] : cases) {
    const auto result = test::run(command(args));
    EXPECT_THAT(result, FailedWith(2));
    EXPECT_THAT(result.err, AllOf(HasSubstr(cause), HasSubstr("next: ")));
    EXPECT_EQ(result.out, "");
  }
  EXPECT_FALSE(fs::exists(dir().parent_path()));
}

TEST_F(Clonerefs, HelpGoesToStandardOutput) {
  for (const std::string flag : {"-help", "--help"}) {
    const auto result = test::run(command({flag}));
    EXPECT_THAT(result, Succeeded());
    EXPECT_THAT(result.out, HasSubstr("-base-sha SHA"));
  }
}

TEST_F(ClonerefsInterrupted, SignalEndsItAtOnceAndCleansUp) {
  for (const int number : {SIGTERM, SIGINT}) {
    SilentServer server;
    test::Background program(waiting_on(server));
    server.wait_for_client();
    EXPECT_TRUE(fs::exists(dir() / ".git"));
    const auto result = program.end(number);
    EXPECT_THAT(result, FailedWith(128 + number));
    EXPECT_THAT(result.err, HasSubstr("interrupted"));
    EXPECT_FALSE(fs::exists(dir().parent_path()));
  }
}

TEST_F(ClonerefsInterrupted, KilledWorkerIsReportedAndCleanedUp) {
  SilentServer server;
  test::Background program(waiting_on(server));
  server.wait_for_client();
  const auto pid = std::to_string(program.pid());
  int worker = 0;
  ASSERT_TRUE(std::ifstream("/proc/" + pid + "/task/" + pid + "/children") >> worker);
  kill(worker, SIGKILL);
  const auto result = program.end(0);
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, HasSubstr("error: killed by signal 9"));
  EXPECT_FALSE(fs::exists(dir().parent_path()));
}

}  // namespace
