#include "http/deadline.h"

#include <boost/asio/steady_timer.hpp>

namespace fakes::http {

struct Deadline::State {
  boost::asio::steady_timer timer;
  std::function<void()> on_expiry;
  bool armed = false, expired = false;
};

Deadline::Deadline(boost::asio::any_io_executor executor, std::function<void()> on_expiry)
    : state_(new State{boost::asio::steady_timer(executor), std::move(on_expiry)}) {}

Deadline::~Deadline() { disarm(); }

void Deadline::arm(std::chrono::milliseconds time) {
  state_->armed = true;
  state_->expired = false;
  state_->timer.expires_after(time);
  state_->timer.async_wait([state = state_](boost::system::error_code error) {
    // One that was armed anew after this was queued has a later expiry.
    if (error || !state->armed || state->timer.expiry() > std::chrono::steady_clock::now()) return;
    state->armed = false;
    state->expired = true;
    state->on_expiry();
  });
}

void Deadline::disarm() {
  state_->armed = false;
  state_->timer.cancel();
}

bool Deadline::expired() const { return state_->expired; }

}  // namespace fakes::http
