#include "support.h"
#include "fakes_test_support_paths.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fakes::support {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

TempDir::TempDir() {
  std::string path = (fs::temp_directory_path() / "fakes-test-XXXXXX").string();
  if (!mkdtemp(path.data())) throw std::system_error(errno, std::generic_category(), path);
  path_ = path;
}

TempDir::~TempDir() { fs::remove_all(path_); }

bool eventually(const std::function<bool()>& condition, std::chrono::seconds time) {
  for (const auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return condition();
}

Output sh(const std::string& script) {
  const std::string head =
      "export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 "
      "GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t\nset -eu\n";
  Process process({"sh", "-c", "exec 2>&1\n" + head + script});
  Output output;
  for (std::string line; !(line = process.read_line()).empty();) output.text += line;
  output.status = process.wait(250s);
  return output;
}

std::string must(const std::string& script) {
  auto output = sh(script);
  EXPECT_EQ(output.status, 0) << script << "\n" << output.text;
  while (!output.text.empty() && std::isspace(static_cast<unsigned char>(output.text.back())))
    output.text.pop_back();
  return output.text;
}

Process::Process(const std::vector<std::string>& args, const std::map<std::string, std::string>& env,
                 const fs::path& errors) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::vector<char*> argv;
  for (const auto& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    setpgid(0, 0);
    for (const auto& [name, value] : env) setenv(name.c_str(), value.c_str(), 1);
    dup2(ends[1], 1);
    dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 2);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  setpgid(pid_, pid_);
  ::close(ends[1]);
  out_ = ends[0];
}

Process::~Process() {
  if (!ended_) kill(-pid_, SIGKILL), waitpid(pid_, nullptr, 0);
  close(out_);
}

std::string Process::read_line() {
  std::string line;
  for (char c; ::read(out_, &c, 1) == 1;) {
    line += c;
    if (c == '\n') break;
  }
  return line;
}

size_t Process::open_files() const {
  const auto begin = fs::directory_iterator("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<size_t>(std::distance(begin, fs::directory_iterator()));
}

void Process::signal(int number) { kill(-pid_, number); }

int Process::wait(std::chrono::seconds time) {
  if (ended_) return code_;
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
  const bool over = poll(&one, 1, static_cast<int>(std::chrono::milliseconds(time).count())) == 1;
  close(fd);
  if (!over) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = true;
  return code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

namespace {

/// State and parent of a process: {'S', 1}; {0, 0} where it is none.
std::pair<char, pid_t> state_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string line;
  std::getline(file, line);
  const auto parenthesis = line.rfind(')');
  if (parenthesis == std::string::npos) return {};
  std::istringstream rest(line.substr(parenthesis + 1));
  std::pair<char, pid_t> state;
  rest >> state.first >> state.second;
  return state;
}

}  // namespace

bool is_alive(pid_t pid) {
  const char state = state_of(std::to_string(pid)).first;
  return state != 0 && state != 'Z';
}

std::vector<pid_t> descendants(pid_t pid) {
  std::multimap<pid_t, pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const auto state = state_of(name); state.first) children.emplace(state.second, std::stoi(name));
  }
  std::vector<pid_t> found, open{pid};
  while (!open.empty()) {
    const auto [begin, end] = children.equal_range(open.back());
    open.pop_back();
    for (auto child = begin; child != end; ++child)
      found.push_back(child->second), open.push_back(child->second);
  }
  return found;
}

Client::Client(unsigned short port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd_);
    throw std::system_error(error, std::generic_category(), "connect");
  }
  const timeval time{.tv_sec = 60, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

Client::~Client() { close(); }

void Client::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void Client::send(const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;  // the server closed: what it answered is what the test looks at
    sent += static_cast<size_t>(size);
  }
}

void Client::finish_sending() { shutdown(fd_, SHUT_WR); }

bool Client::fill() {
  char piece[65536];
  const ssize_t size = recv(fd_, piece, sizeof piece, 0);
  if (size < 0 && errno != ECONNRESET)
    ADD_FAILURE() << "nothing came: " << std::generic_category().message(errno);
  if (size <= 0) return false;
  read_.append(piece, static_cast<size_t>(size));
  return true;
}

std::string Client::read_line() {
  while (read_.find('\n') == std::string::npos)
    if (!fill()) return "";
  const size_t end = read_.find('\n');
  std::string line = read_.substr(0, end);
  read_.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string Client::read(size_t size) {
  while (read_.size() < size)
    if (!fill()) break;
  std::string piece = read_.substr(0, size);
  read_.erase(0, size);
  return piece;
}

bool Client::at_end() { return read_.empty() && !fill(); }

Answer Client::read_answer(bool head) {
  Answer answer;
  const std::string first = read_line();
  if (first.size() > 12) answer.status = std::stoi(first.substr(9, 3));
  for (std::string line; !(line = read_line()).empty();) {
    std::string name = line.substr(0, line.find(':'));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    answer.headers[name] = line.substr(line.find(':') + 2);
  }
  if (head) return answer;
  if (answer.headers.contains("transfer-encoding")) {
    while (const size_t size = std::stoul("0" + read_line(), nullptr, 16)) {
      answer.body += read(size);
      read_line();
    }
    read_line();
  } else if (answer.headers.contains("content-length")) {
    answer.body = read(std::stoul(answer.headers["content-length"]));
  } else {
    while (fill()) {
    }
    answer.body = std::exchange(read_, "");
  }
  return answer;
}

Answer request(unsigned short port, const std::string& method, const std::string& target,
               const std::string& body, const std::vector<std::string>& headers) {
  Client client(port);
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: test\r\n";
  for (const auto& header : headers) text += header + "\r\n";
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  client.send(text + "\r\n" + body);
  return client.read_answer(method == "HEAD");
}

std::string order(const std::string& name, const std::string& script, bool overwrite) {
  return nlohmann::json{{"name", name}, {"overwrite", overwrite}, {"script", script}}.dump();
}

GitServer::GitServer(const std::vector<std::string>& more_flags,
                     const std::map<std::string, std::string>& env) {
  fs::create_directories(scratch());
  std::vector<std::string> args{FAKEGITSERVER,           "-port=0",     "-port-https=0", "-address=127.0.0.1",
                                "-git-repos-parent-dir", dir().string()};
  args.insert(args.end(), more_flags.begin(), more_flags.end());
  process_ = std::make_unique<Process>(args, env, temp_.path() / "log");
  const bool https =
      std::any_of(args.begin(), args.end(), [](const auto& arg) { return arg.starts_with("-cert"); });
  for (const std::string scheme : {"http", "https"}) {
    if (scheme == "https" && !https) break;
    const std::string line = process_->read_line(), start = "listening on " + scheme + "://127.0.0.1:";
    if (!line.starts_with(start)) throw std::runtime_error("the server printed \"" + line + "\"; " + log());
    (scheme == "http" ? port_ : https_port_) =
        static_cast<unsigned short>(std::stoi(line.substr(start.size())));
  }
}

GitServer::~GitServer() {
  if (!process_ || process_->ended()) return;
  process_->signal(SIGTERM);
  EXPECT_EQ(process_->wait(20s), 0) << log();
  EXPECT_EQ(log().find("Sanitizer"), std::string::npos) << log();
  EXPECT_EQ(log().find("runtime error"), std::string::npos) << log();
}

std::string GitServer::log() const {
  std::ifstream file(temp_.path() / "log");
  return {std::istreambuf_iterator<char>(file), {}};
}

Answer GitServer::setup(const std::string& name, const std::string& script, bool overwrite) const {
  return request(port_, "POST", "/setup-repo", order(name, script, overwrite));
}

std::string GitServer::must_setup(const std::string& name, const std::string& script, bool overwrite) const {
  const auto answer = setup(name, script, overwrite);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.body.size() > 47 ? answer.body.substr(7, 40) : "";
}

std::vector<std::string> GitServer::folder() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir())) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fakes::support
