#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace fakes::support {

/// A folder of its own for a test, deleted at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string str() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Waits until `condition` holds; false when it does not within `time`.
bool eventually(const std::function<bool()>& condition, std::chrono::seconds time = std::chrono::seconds(60));

struct Output {
  int status = -1;   ///< the exit code
  std::string text;  ///< standard output and standard error
};

/// Runs `sh -c script` without any git configuration of the machine, with `set -eu`.
Output sh(const std::string& script);
/// As `sh`, for what must work: its output without white space at the end. Fails the test otherwise.
std::string must(const std::string& script);

/// A program in a process group of its own, with a pipe to its standard output. Killed at the end, if it
/// still runs.
class Process {
 public:
  explicit Process(const std::vector<std::string>& args, const std::map<std::string, std::string>& env = {},
                   const std::filesystem::path& errors = "/dev/null");
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  pid_t pid() const { return pid_; }
  std::string read_line();
  void signal(int number);  ///< to its group
  int wait(std::chrono::seconds time =
               std::chrono::seconds(30));  ///< its exit code, 128 + signal, or -1 when it has not ended
  bool ended() const { return ended_; }    ///< as far as `wait` knows
  size_t open_files() const;

 private:
  pid_t pid_;
  int out_;
  bool ended_ = false;
  int code_ = -1;
};

/// Every process that descends from `pid`.
std::vector<pid_t> descendants(pid_t pid);
/// It exists and is no zombie.
bool is_alive(pid_t pid);

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// A TCP connection to 127.0.0.1. Reads give up, and fail the test, after 60 seconds.
class Client {
 public:
  explicit Client(unsigned short port);
  ~Client();
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), read_(std::move(other.read_)) {}
  void send(const std::string& bytes);
  void finish_sending();
  std::string read_line();  ///< without its end; "" at the end of the connection
  std::string read(size_t size);
  Answer read_answer(bool head = false);  ///< with `head` one that has no body
  bool at_end();                          ///< the server closes without another byte
  void close();

 private:
  bool fill();
  int fd_;
  std::string read_;
};

/// One request on a connection of its own.
Answer request(unsigned short port, const std::string& method, const std::string& target,
               const std::string& body = "", const std::vector<std::string>& headers = {});

/// The program fakegitserver, on free ports, with its repositories in `dir`. At its end it must exit with 0
/// and nothing that a sanitizer found.
class GitServer {
 public:
  explicit GitServer(const std::vector<std::string>& more_flags = {},
                     const std::map<std::string, std::string>& env = {});
  ~GitServer();
  unsigned short port() const { return port_; }
  unsigned short https_port() const { return https_port_; }
  std::string url(const std::string& name) const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/repo/" + name;
  }
  std::filesystem::path dir() const { return temp_.path() / "repos"; }
  std::filesystem::path scratch() const { return temp_.path() / "scratch"; }
  std::string log() const;
  Process& process() { return *process_; }
  Answer setup(const std::string& name, const std::string& script, bool overwrite = false) const;
  /// For what must work: the id of the newest commit.
  std::string must_setup(const std::string& name, const std::string& script, bool overwrite = false) const;
  /// What stands in its folder, hidden names too, sorted.
  std::vector<std::string> folder() const;

 private:
  TempDir temp_;
  std::unique_ptr<Process> process_;
  unsigned short port_ = 0, https_port_ = 0;
};

/// The body of POST /setup-repo.
std::string order(const std::string& name, const std::string& script, bool overwrite = false);

inline const std::string kCommit = "echo hi > README; git add .; git commit --quiet -m first\n";

}  // namespace fakes::support
