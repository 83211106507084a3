#include "deploy/hermetic/hermetic.h"

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/pause.h"
#include "base/threads.h"
#include "deploy/hermetic/outside_names.h"

namespace harness {

namespace {

constexpr std::chrono::seconds kBetweenTries{5};

using Json = nlohmann::json;

bool is_address(const std::string& host) {
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

std::string text_of(std::chrono::system_clock::time_point time) {
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%S}.{:09}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)),
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count() % 1'000'000'000);
}

std::vector<std::string> names_of(const Json& list) {
  std::vector<std::string> names;
  for (const auto& item : list.at("items")) names.push_back(item["metadata"].value("name", ""));
  return names;
}

}  // namespace

Hermetic::Hermetic(const KubeApi& api, std::vector<std::string> nodes, const Project& project,
                   std::map<std::string, std::string> workloads, std::chrono::system_clock::time_point since,
                   std::function<void(const std::string&)> warn)
    : api_(api), nodes_(std::move(nodes)), warn_(std::move(warn)), since_(text_of(since)) {
  for (const auto& component : project.components)
    for (const auto& way : component.egress) {
      const auto colon = way.rfind(':');
      const std::string host = way.substr(0, colon);
      if (!hosts_.contains(host))
        hosts_[host] = is_address(host) ? std::vector{host} : addresses_of(host, nodes_.front());
      if (hosts_[host].empty())
        warn_("component " + component.name + ": egress: " + way + ": the node knows no address of " + host);
      for (const auto& address : hosts_[host])
        egress_[component.name].push_back({"", address, std::stoi(way.substr(colon + 1))});
    }
  pods_.emplace(
      api, std::move(workloads),
      [this] {
        const std::lock_guard lock(mutex_);
        news_ = true;
        changed_.notify_all();
      },
      warn_);
  if (!egress_.empty())
    opener_ = background([this](std::stop_token ended) { keep_open(ended); },
                         [this](const std::exception& e) { warn_(e.what()); });
}

void Hermetic::configure(std::stop_token stop) {
  auto names = hosts_;
  std::erase_if(names, [](const auto& host) { return is_address(host.first); });
  configure_dns(api_, corefile(names), stop);
}

void Hermetic::wait_for_names(Waiting waiting, bool is_new, std::stop_token stop) const {
  bool waited = is_new;
  waiting.on_progress = [&, say = waiting.on_progress](const std::string& text) {
    waited = true;
    say(text);
  };
  wait_for_dns(api_, waiting, stop);
  if (!waited) return;
  const auto service = api_.get("/api/v1/namespaces/kube-system/services/kube-dns", stop);
  for (const auto& node : nodes_) wait_for_service(node, service.at("spec").at("clusterIP"), 53, stop);
}

void Hermetic::keep_open(std::stop_token stop) {
  bool failed = false;
  for (std::unique_lock lock(mutex_);
       changed_.wait(lock, stop, [this] { return std::exchange(news_, false); });) {
    lock.unlock();
    try {
      open(stop);
      failed = false;
    } catch (const std::exception& e) {
      if (!stop.stop_requested() && !std::exchange(failed, true))
        warn_(std::string("new pods may not reach their egress: ") + e.what());
      pause_for(kBetweenTries, stop);
    }
    lock.lock();
    news_ = news_ || failed;
  }
}

void Hermetic::open(std::stop_token stop) const {
  std::vector<std::string> known;
  std::vector<Opening> openings, reserved;
  for (const auto& [component, ways] : egress_) reserved.insert(reserved.end(), ways.begin(), ways.end());
  for (const auto& [address, pod] : pods_->all()) {
    if (!pod.alive) continue;
    known.push_back(address);
    if (const auto ways = egress_.find(pod.component); ways != egress_.end())
      for (auto way : ways->second) {
        way.pod = address;
        openings.push_back(std::move(way));
      }
  }
  for (const auto& node : nodes_) open_ways(node, known, openings, reserved, stop);
}

std::vector<OutsideAttempt> Hermetic::attempts(std::stop_token stop) const {
  const auto pods = pods_->all();
  std::map<std::pair<std::string, std::string>, uint64_t> counted;
  const auto count = [&](const std::string& address, const std::string& destination, uint64_t times) {
    const auto pod = pods.find(address);
    counted[{pod == pods.end() ? "pod at " + address : pod->second.shown(), destination}] += times;
  };
  for (const auto& node : nodes_)
    for (const auto& one : take_refused(node, stop))
      count(one.pod, fmt::format("{}:{}/{}", one.address, one.port, one.protocol), one.packets);
  const auto namespaces = names_of(api_.get("/api/v1/namespaces", stop));
  const std::string dns_pods = "/api/v1/namespaces/kube-system/pods";
  for (const auto& name : names_of(api_.get(dns_pods + "?labelSelector=k8s-app%3Dkube-dns", stop)))
    for (const auto& one : outside_names(
             api_.get_text(dns_pods + "/" + name + "/log?timestamps=true&sinceTime=" + since_ + "Z", stop),
             since_, namespaces))
      count(one.pod, one.name, static_cast<uint64_t>(one.queries));
  std::vector<OutsideAttempt> all;
  for (const auto& [key, times] : counted) all.push_back({key.first, key.second, times});
  return all;
}

}  // namespace harness
