#include "git/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <system_error>

#include "git/spawn.h"

namespace fakes::git {

namespace asio = boost::asio;

namespace {
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
}

Child::Child(Children& children, asio::any_io_executor executor)
    : children_(children),
      in_(executor),
      out_(executor),
      ended_(executor, std::chrono::steady_clock::time_point::max()),
      grace_(executor) {}

Child::~Child() = default;

asio::awaitable<bool> Child::write(asio::const_buffer data) {
  if (!in_.is_open()) co_return false;
  const auto [error, size] = co_await asio::async_write(in_, data, kTuple);
  co_return !error;
}

void Child::close_input() {
  boost::system::error_code ignored;
  in_.close(ignored);
}

asio::awaitable<std::size_t> Child::read(asio::mutable_buffer buffer) {
  if (!status_) {
    const auto [error, size] = co_await out_.async_read_some(buffer, kTuple);
    if (!error) co_return size;
    if (!status_) co_return 0;
  }
  // It has ended: only what is in the pipe is its output, whoever else may still hold the other end.
  boost::system::error_code error;
  out_.non_blocking(true, error);
  const size_t size = out_.read_some(buffer, error);
  co_return error ? 0 : size;
}

asio::awaitable<int> Child::wait() {
  while (!status_) co_await ended_.async_wait(kTuple);
  co_return *status_;
}

void Child::end() {
  asio::post(out_.get_executor(), [self = shared_from_this()] {
    if (self->status_ || self->ending_) return;
    self->ending_ = true;
    self->children_.signal(self->pid_, SIGTERM);
    self->grace_.expires_after(std::chrono::seconds(2));
    self->grace_.async_wait([self](boost::system::error_code error) {
      if (!error) self->children_.signal(self->pid_, SIGKILL);
    });
  });
}

void Child::on_exit(int status) {
  status_ = status;
  ended_.cancel();
  grace_.cancel();
  close_input();
  out_.cancel();
}

Children::Children(asio::io_context& io) : io_(io), signals_(io, SIGCHLD) {
  ::signal(SIGPIPE, SIG_IGN);  // a program that reads no more is an error of write
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  reap_on_signal();
}

std::shared_ptr<Child> Children::start(const Program& program, asio::any_io_executor executor) {
  auto child = std::make_shared<Child>(*this, executor);
  const std::lock_guard lock(mutex_);
  auto spawned = spawn(program);
  child->pid_ = spawned.pid;
  if (program.input) child->in_.assign(spawned.input.release());
  child->out_.assign(spawned.output.release());
  running_[spawned.pid] = child;
  return child;
}

void Children::reap_on_signal() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    reap();
    reap_on_signal();
  });
}

void Children::reap() {
  const std::lock_guard lock(mutex_);
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    const auto child = running_.find(info.si_pid);
    if (child != running_.end())
      kill(-info.si_pid, SIGKILL);  // its group, while its number cannot be anybody else's
    int status = 0;
    waitpid(info.si_pid, &status, 0);
    if (child == running_.end()) continue;
    asio::post(child->second->out_.get_executor(),
               [ended = child->second, status] { ended->on_exit(status); });
    running_.erase(child);
  }
}

void Children::signal(pid_t pid, int number) {
  const std::lock_guard lock(mutex_);
  if (running_.contains(pid)) kill(-pid, number);
}

namespace {

asio::awaitable<void> read_all(std::shared_ptr<Child> child, ProgramResult& result, size_t limit) {
  std::array<char, 16384> piece;
  while (const size_t size = co_await child->read(asio::buffer(piece))) {
    result.output.append(piece.data(), size);
    if (result.output.size() > 2 * limit) result.output.erase(0, result.output.size() - limit);
  }
  if (result.output.size() > limit) result.output.erase(0, result.output.size() - limit);
  result.status = co_await child->wait();
}

}  // namespace

ProgramResult Children::run(Program program, std::chrono::milliseconds limit, size_t output_limit,
                            std::stop_token stop) {
  program.merge_errors = true;
  const auto strand = asio::make_strand(io_);
  const auto child = start(program, strand);
  ProgramResult result;
  auto done = asio::co_spawn(strand, read_all(child, result, output_limit), asio::use_future);
  const std::stop_callback on_stop(stop, [&child] { child->end(); });
  if (done.wait_for(limit) != std::future_status::ready) {
    result.timed_out = true;
    child->end();
  }
  done.get();
  return result;
}

std::string describe_status(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace fakes::git
