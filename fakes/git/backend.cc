#include "git/backend.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <stop_token>
#include <vector>

#include "git/cgi_head.h"
#include "git/environment.h"
#include "git/push_head.h"
#include "git/repository_name.h"
#include "git/spawn.h"
#include "http/not_implemented.h"
#include "http/query.h"

namespace fakes::git {

namespace asio = boost::asio;
using http::ClientGone;
using http::Exchange;
using http::HttpError;

namespace {

constexpr size_t kPiece = 65536;
constexpr size_t kLongestHead = 65536;
constexpr size_t kPushHead = 256 * 1024;
/// How much of an answer waits for the request's end. A proxy such as nginx stops sending a body that it
/// streams once the answer begins, and receive-pack begins its own before it has read the pack.
constexpr size_t kHeldBack = 1024 * 1024;

/// Throws NotImplemented for what git hosts have at a repository's URL, and git http-backend has not.
void require_ours(const http::Request& request, const std::string& rest) {
  if (rest.starts_with("/info/lfs/")) throw http::NotImplemented("Git LFS (" + rest + ")");
  if (rest == "/git-upload-archive" || http::Query(request.query).get("service") == "git-upload-archive")
    throw http::NotImplemented("git archive --remote");
}

/// A request on its way through the program: two coroutines on one strand, both of which end by themselves.
struct Relay {
  Exchange& exchange;
  std::shared_ptr<Child> child;
  bool input_done = false;
  bool gone = false;  ///< nobody is there to be answered
  int failure = 0;    ///< or this is the answer, if it has not begun
  std::string cause = {};
  bool is_push = false;
  std::string push_start = {};  ///< of a push's body

  asio::awaitable<void> input();
  asio::awaitable<void> output();
  asio::awaitable<void> relay_output();
  void keep_push();
};

/// The request's body to the program.
asio::awaitable<void> Relay::input() {
  std::vector<char> piece(kPiece);
  try {
    while (const size_t size = co_await exchange.read(asio::buffer(piece))) {
      if (is_push && push_start.size() < kPushHead) push_start.append(piece.data(), size);
      const bool taken = co_await child->write(asio::buffer(piece, size));
      if (!taken) break;  // it has what it wants
    }
  } catch (const HttpError& e) {
    failure = e.status;
    cause = e.what();
    child->end();
  } catch (const std::exception&) {
    gone = !input_done;
    child->end();
  }
  // A body that was cut must not look like one that ended: the program is to die first.
  if (gone || failure) co_await child->wait();
  child->close_input();
  input_done = true;
}

/// The program's answer to the client.
asio::awaitable<void> Relay::output() {
  try {
    co_await relay_output();
  } catch (const HttpError& e) {
    if (!failure) failure = e.status, cause = e.what();
  } catch (const ClientGone&) {
    gone = true;
  } catch (const std::exception& e) {
    if (!failure) failure = 502, cause = e.what();
  }
  child->end();
  co_await child->wait();
  if (!input_done) {
    input_done = true;
    exchange.stop_reading();
  }
}

asio::awaitable<void> Relay::relay_output() {
  std::vector<char> piece(kPiece);
  std::string start;
  std::optional<CgiHead> head;
  while (!head) {
    const size_t size = co_await child->read(asio::buffer(piece));
    if (size == 0) {
      const int status = co_await child->wait();
      throw HttpError(502, "git http-backend gave no answer (" + describe_status(status) +
                               "); its errors are in this server's log");
    }
    start.append(piece.data(), size);
    head = parse_cgi_head(start);
    if (!head && start.size() > kLongestHead)
      throw HttpError(502, "git http-backend gave a head without an end");
  }
  while (!input_done && start.size() < kHeldBack) {
    const size_t size = co_await child->read(asio::buffer(piece));
    if (size == 0) break;
    start.append(piece.data(), size);
  }
  keep_push();
  co_await exchange.begin(std::move(head->response), head->content_length);
  co_await exchange.write(asio::buffer(start) + head->size);
  while (const size_t size = co_await child->read(asio::buffer(piece)))
    co_await exchange.write(asio::buffer(piece, size));
  const int status = co_await child->wait();
  if (WIFSIGNALED(status))
    throw HttpError(502, "git http-backend was ended by " + describe_status(status));  // cut, not ended
  keep_push();
  co_await exchange.end();
}

/// Before the answer ends: the journal takes it then.
void Relay::keep_push() {
  if (const auto push = is_push ? read_push_head(push_start) : std::nullopt)
    exchange.keep(push->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// The repository that a client of the smart protocol means; "" for another path.
std::string name_in(const std::string& path) {
  for (const std::string end : {"/info/refs", "/git-upload-pack", "/git-receive-pack"}) {
    if (!path.ends_with(end)) continue;
    auto name = path.substr(0, path.size() - end.size());
    while (name.ends_with('/')) name.pop_back();
    return name.ends_with(".git") ? name.substr(0, name.size() - 4) : name;
  }
  return "";
}

/// `git http-backend` would start this very program, in one process more for each request.
std::filesystem::path http_backend_of(const std::filesystem::path& git) {
  const auto spawned = spawn({.path = git, .args = {"--exec-path"}, .env = backend_environment(git)});
  std::string folder;
  std::array<char, 4096> piece;
  for (ssize_t size; (size = ::read(spawned.output.get(), piece.data(), piece.size())) > 0;)
    folder.append(piece.data(), static_cast<size_t>(size));
  waitpid(spawned.pid, nullptr, 0);
  while (folder.ends_with('\n')) folder.pop_back();
  const auto program = std::filesystem::path(folder) / "git-http-backend";
  if (access(program.c_str(), X_OK) != 0)
    throw std::runtime_error(git.string() + " has no http-backend: there is no program \"" +
                             program.string() + "\"");
  return program;
}

}  // namespace

std::vector<std::string> cgi_environment(const std::filesystem::path& git,
                                         const std::filesystem::path& repository, const std::string& rest,
                                         const http::Request& request,
                                         std::optional<std::uint64_t> body_size) {
  auto env = backend_environment(git);
  const auto add = [&env](const std::string& name, const std::string& value) {
    if (!value.empty()) env.push_back(name + "=" + value);
  };
  add("GATEWAY_INTERFACE", "CGI/1.1");
  add("SERVER_PROTOCOL", "HTTP/1.1");
  add("REQUEST_METHOD", request.method);
  add("GIT_PROJECT_ROOT", repository.string());
  add("PATH_INFO", rest);
  env.push_back("QUERY_STRING=" + request.query);
  add("REMOTE_ADDR", request.client);
  add("CONTENT_TYPE", http::header(request.headers, "Content-Type"));
  if (body_size) add("CONTENT_LENGTH", std::to_string(*body_size));
  add("HTTP_CONTENT_ENCODING", http::header(request.headers, "Content-Encoding"));
  add("GIT_PROTOCOL", http::header(request.headers, "Git-Protocol"));
  return env;
}

Backend::Backend(Repositories& repositories, Children& children, std::filesystem::path git,
                 const std::atomic<bool>& lenient)
    : repositories_(repositories),
      children_(children),
      git_(std::move(git)),
      program_(http_backend_of(git_)),
      lenient_(lenient) {}

asio::awaitable<void> Backend::operator()(Exchange& exchange) const {
  using namespace asio::experimental::awaitable_operators;
  const auto& request = exchange.request();
  const std::string path = request.params.at("path");
  auto found = repositories_.find(path);
  if (!found && lenient_) {
    if (const auto name = name_in(path); !name.empty()) repositories_.make_empty(name, "master");
    found = repositories_.find(path);
  }
  if (!found)
    throw HttpError(404, "no repository is at the beginning of \"" + path + "\"; POST /setup-repo makes one");
  require_ours(request, found->rest);
  for (const auto& part : parts_of(found->rest.substr(std::min<size_t>(1, found->rest.size()))))
    if (part.empty() || part.starts_with('.'))
      throw HttpError(404, "\"" + path + "\" is not a URL of git's; clone /repo/NAME");
  const Program program{
      .path = program_,
      .args = {},
      .env = cgi_environment(git_, found->repository->dir(), found->rest, request, exchange.body_size()),
      .input = true};
  co_await exchange.accept_body();
  Relay relay{.exchange = exchange,
              .child = children_.start(program, exchange.executor()),
              .is_push = request.method == "POST" && found->rest == "/git-receive-pack"};
  const std::stop_callback on_gone(request.gone, [child = relay.child] { child->end(); });
  co_await (relay.input() && relay.output());
  relay.keep_push();
  if (relay.gone || request.gone.stop_requested()) throw ClientGone("the client went away");
  if (relay.failure) throw HttpError(relay.failure, relay.cause);
}

}  // namespace fakes::git
