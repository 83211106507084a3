#include "admin/faults.h"

#include <fmt/format.h>

#include <algorithm>

namespace fakes::admin {

namespace {

using http::HttpError;
using Json = nlohmann::json;

constexpr int kLongestDelay = 600'000;  // ms
constexpr std::size_t kMostOrders = 1000;

int number(const std::string& name, const Json& value, int least, int most) {
  if (!value.is_number_integer() || value < least || value > most)
    throw HttpError(400, fmt::format("\"{}\" must be a whole number from {} to {}, not {}", name, least, most,
                                     value.dump(-1, ' ', true)));
  return value.get<int>();
}

}  // namespace

Faults::Order Faults::read(const Json& json) {
  if (!json.is_object())
    throw HttpError(400, R"(a fault is an object such as {"path": "/repos", "status": 503, "count": 2})");
  Order order;
  bool any = false;
  for (const auto& [name, value] : json.items()) {
    if (name == "path" || name == "method") {
      if (!value.is_string()) throw HttpError(400, "\"" + name + "\" must be a string");
      (name == "path" ? order.path : order.method) = value.get<std::string>();
    } else if (name == "count") {
      order.count = number(name, value, 1, 1'000'000);
    } else if (name == "status") {
      order.fault.status = number(name, value, 200, 599);
      any = true;
    } else if (name == "delay_ms") {
      order.fault.delay = std::chrono::milliseconds(number(name, value, 1, kLongestDelay));
      any = true;
    } else if (name == "truncate") {
      order.fault.truncate = static_cast<std::uint64_t>(number(name, value, 0, 1 << 30));
      any = true;
    } else if (name == "drop") {
      if (!value.is_boolean()) throw HttpError(400, "\"drop\" must be true or false");
      order.fault.drop = value.get<bool>();
      any = any || order.fault.drop;
    } else {
      throw HttpError(400, "unknown field \"" + name +
                               "\"; a fault has path, method, count, status, delay_ms, drop, truncate");
    }
  }
  if (!any) throw HttpError(400, "a fault needs one of status, delay_ms, drop, truncate");
  return order;
}

void Faults::add(const Json& orders) {
  std::vector<Order> read_ones;
  for (const auto& json : orders.is_array() ? orders : Json::array({orders})) read_ones.push_back(read(json));
  const std::lock_guard lock(mutex_);
  if (orders_.size() + read_ones.size() > kMostOrders)
    throw HttpError(400, "too many faults are still to come; POST /admin/reset clears them");
  orders_.insert(orders_.end(), read_ones.begin(), read_ones.end());
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  orders_.clear();
}

Json Faults::list() const {
  auto list = Json::array();
  const std::lock_guard lock(mutex_);
  for (const auto& order : orders_) {
    Json json = {{"path", order.path}, {"count", order.count}};
    if (!order.method.empty()) json["method"] = order.method;
    if (order.fault.status) json["status"] = order.fault.status;
    if (order.fault.delay.count()) json["delay_ms"] = order.fault.delay.count();
    if (order.fault.drop) json["drop"] = true;
    if (order.fault.truncate) json["truncate"] = *order.fault.truncate;
    list.push_back(std::move(json));
  }
  return list;
}

http::Fault Faults::take(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  const auto order = std::find_if(orders_.begin(), orders_.end(), [&](const Order& o) {
    return request.path.starts_with(o.path) && (o.method.empty() || o.method == request.method);
  });
  if (order == orders_.end()) return {};
  const auto fault = order->fault;
  if (--order->count == 0) orders_.erase(order);
  return fault;
}

}  // namespace fakes::admin
