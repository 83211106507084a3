#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "base/threads.h"

namespace harness {

namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Interrupt::Interrupt(std::stop_source stop) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);  // every later thread inherits it
  // What cannot be written is an error there.
  for (const int number : {SIGPIPE, SIGXFSZ}) signal(number, SIG_IGN);
  thread_ = background(
      [stop](std::stop_token) mutable {
        const sigset_t waited = watched();
        for (int number = 0; sigwait(&waited, &number) == 0 && number != SIGUSR1;)  // SIGUSR1: the destructor
          if (!stop.request_stop()) _exit(kInterrupted);
      },
      [](const std::exception&) {});
}

Interrupt::~Interrupt() { pthread_kill(thread_.native_handle(), SIGUSR1); }

}  // namespace harness
