#include "github/deliveries.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>

#include "github/post.h"
#include "github/text.h"

namespace fakes::github {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPauses[] = {500ms, 1s, 2s, 4s, 8s, 14s};
constexpr auto kAttempt = 10s;

/// A delivery with what is sent and to where.
struct Order {
  std::shared_ptr<Delivery> delivery;
  std::string url, sent;
  bool verify = true;
};

/// What one hook's events wait in.
struct Line {
  std::deque<Order> waiting;
  std::deque<std::shared_ptr<Delivery>> known;
  bool busy = false, gone = false;
};

bool worth_another(const Answer& answer) {
  return answer.status == 0 || answer.status == 502 || answer.status == 503 || answer.status == 504;
}

std::string form_of(const std::string& body) { return "payload=" + url_encoded(body); }

}  // namespace

struct Deliveries::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  mutable std::mutex mutex;
  std::map<Id, std::shared_ptr<Line>> lines;
  Id last_id = 0;
  std::jthread thread;  // last: it ends first

  void queue(Order order, Id hook) {
    auto& line = lines[hook];
    if (!line) line = std::make_shared<Line>();
    line->known.push_front(order.delivery);
    if (line->known.size() > kKept + kQueue) line->known.pop_back();
    if (line->waiting.size() >= kQueue) {
      order.delivery->status = "not sent: too many wait for this hook";
      return;
    }
    line->waiting.push_back(std::move(order));
    if (std::exchange(line->busy, true)) return;
    asio::co_spawn(io, run(line), asio::detached);
  }

  /// Sends what waits, one after the other. The delivery is written to with the mutex held.
  asio::awaitable<void> run(std::shared_ptr<Line> line) {
    while (true) {
      Order order;
      {
        const std::lock_guard lock(mutex);
        if (line->gone || line->waiting.empty()) {
          line->busy = false;
          co_return;
        }
        order = std::move(line->waiting.front());
        line->waiting.pop_front();
      }
      for (size_t tries = 0;; ++tries) {
        const bool over = co_await attempt(*line, order);
        if (over || tries == std::size(kPauses)) break;
        asio::steady_timer timer(io, kPauses[tries]);
        co_await timer.async_wait(asio::use_awaitable);
      }
    }
  }

  /// Whether nothing is left to try.
  asio::awaitable<bool> attempt(const Line& line, const Order& order) {
    {
      const std::lock_guard lock(mutex);
      if (line.gone) co_return true;
    }
    const auto begin = Clock::now();
    auto answer =
        co_await post(order.url, order.delivery->request_headers, order.sent, order.verify, kAttempt);
    const std::lock_guard lock(mutex);
    auto& d = *order.delivery;
    ++d.attempts;
    d.delivered = now();
    d.duration = std::chrono::duration<double>(Clock::now() - begin).count();
    d.status_code = answer.status;
    d.status = answer.status == 0    ? answer.error
               : answer.status < 400 ? "OK"
                                     : "Invalid HTTP Response: " + std::to_string(answer.status);
    d.response_headers = std::move(answer.headers);
    d.response_body = std::move(answer.body);
    co_return line.gone || !worth_another(answer);
  }
};

Deliveries::Deliveries() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::jthread([this] { impl_->io.run(); });
}

Deliveries::~Deliveries() { stop(); }

void Deliveries::stop() { impl_->io.stop(); }

namespace {

Order order_for(const Hook& hook, Id repository, Delivery delivery) {
  Order order{
      .delivery = nullptr, .url = hook.url, .sent = delivery.body, .verify = hook.insecure_ssl != "1"};
  const bool form = hook.content_type == "form";
  if (form) order.sent = form_of(delivery.body);
  auto& headers = delivery.request_headers;
  headers = {{"Accept", "*/*"},
             {"Content-Type", form ? "application/x-www-form-urlencoded" : "application/json"},
             {"User-Agent", "GitHub-Hookshot/fa4e000"},
             {"X-GitHub-Delivery", delivery.guid},
             {"X-GitHub-Event", delivery.event},
             {"X-GitHub-Hook-ID", std::to_string(hook.id)},
             {"X-GitHub-Hook-Installation-Target-ID", std::to_string(repository)},
             {"X-GitHub-Hook-Installation-Target-Type", "repository"}};
  if (!hook.secret.empty()) {
    headers.emplace_back("X-Hub-Signature", "sha1=" + hmac_sha1(hook.secret, order.sent));
    headers.emplace_back("X-Hub-Signature-256", "sha256=" + hmac_sha256(hook.secret, order.sent));
  }
  order.delivery = std::make_shared<Delivery>(std::move(delivery));
  return order;
}

}  // namespace

Id Deliveries::add(const Hook& hook, Id repository, const std::string& event, const Json& payload) {
  Delivery delivery;
  delivery.hook = hook.id;
  delivery.guid = uuid();
  delivery.event = event;
  delivery.action = payload.value("action", "");
  delivery.delivered = now();
  delivery.body = payload.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::lock_guard lock(impl_->mutex);
  const Id id = delivery.id = ++impl_->last_id;
  impl_->queue(order_for(hook, repository, std::move(delivery)), hook.id);
  return id;
}

std::optional<Id> Deliveries::again(const Hook& hook, Id repository, Id id) {
  const auto found = find(hook.id, id);
  if (!found) return {};
  Delivery delivery;
  delivery.hook = hook.id;
  delivery.guid = found->guid;
  delivery.event = found->event;
  delivery.action = found->action;
  delivery.body = found->body;
  delivery.redelivery = true;
  delivery.delivered = now();
  const std::lock_guard lock(impl_->mutex);
  const Id next = delivery.id = ++impl_->last_id;
  impl_->queue(order_for(hook, repository, std::move(delivery)), hook.id);
  return next;
}

std::vector<Delivery> Deliveries::list(Id hook) const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<Delivery> all;
  if (const auto line = impl_->lines.find(hook); line != impl_->lines.end())
    for (const auto& one : line->second->known) all.push_back(*one);
  return all;
}

std::optional<Delivery> Deliveries::find(Id hook, Id id) const {
  const std::lock_guard lock(impl_->mutex);
  if (const auto line = impl_->lines.find(hook); line != impl_->lines.end())
    for (const auto& one : line->second->known)
      if (one->id == id) return *one;
  return {};
}

Json Deliveries::last_response(Id hook) const {
  const std::lock_guard lock(impl_->mutex);
  if (const auto line = impl_->lines.find(hook); line != impl_->lines.end())
    for (const auto& one : line->second->known)
      if (one->attempts > 0)
        return {{"code", one->status_code == 0 ? Json(nullptr) : Json(one->status_code)},
                {"status", one->status == "OK" ? "active" : "failed"},
                {"message", one->status}};
  return {{"code", nullptr}, {"status", "unused"}, {"message", nullptr}};
}

void Deliveries::remove(Id hook) {
  const std::lock_guard lock(impl_->mutex);
  const auto line = impl_->lines.find(hook);
  if (line == impl_->lines.end()) return;
  line->second->gone = true;
  impl_->lines.erase(line);
}

void Deliveries::clear() {
  const std::lock_guard lock(impl_->mutex);
  for (auto& [hook, line] : impl_->lines) line->gone = true;
  impl_->lines.clear();
}

}  // namespace fakes::github
