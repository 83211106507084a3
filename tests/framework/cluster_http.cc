// cluster.h: how requests and watches travel.
#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

#include <exception>
#include <stdexcept>

#include "framework/cluster.h"
#include "framework/eventually.h"

namespace test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10}, kAnswer{60};

std::unique_ptr<httplib::Client> client_for(const std::string& socket, std::chrono::milliseconds silence) {
  auto client = std::make_unique<httplib::Client>(socket, 80);
  client->set_address_family(AF_UNIX);
  client->set_read_timeout(silence);
  client->set_url_encode(false);
  client->set_default_headers({{"Host", "localhost"}});  // kubectl proxy takes no other
  return client;
}

[[noreturn]] void fail(const std::string& method, const std::string& path, httplib::Error error) {
  throw std::runtime_error(fmt::format("{} {}: {}", method, path, httplib::to_string(error)));
}

std::string with_query(const std::string& path, const Ref& what, const std::string& selector,
                       httplib::Params params = {}) {
  if (!selector.empty()) params.emplace("labelSelector", selector);
  if (!what.name.empty()) params.emplace("fieldSelector", "metadata.name=" + what.name);
  return httplib::append_query_params(path, params);
}

Ref all_like(Ref what) {
  what.name.clear();
  return what;
}

}  // namespace

Cluster::Cluster(std::string socket) : socket_(std::move(socket)) {
  eventually(kPatience, [&](std::string& seen) {
    const auto answer = client_for(socket_, kPatience)->Get("/version");
    seen = fmt::format("the cluster's API at {}: {}", socket_, httplib::to_string(answer.error()));
    return static_cast<bool>(answer);
  });
}

Cluster::Answer Cluster::call(const std::string& method, const std::string& path, const std::string& body,
                              const std::string& content_type) const {
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  if (!body.empty()) request.headers.emplace("Content-Type", content_type);
  const auto result = client_for(socket_, kAnswer)->send(request);
  if (!result) fail(method, path, result.error());
  return {result->status, result->body};
}

nlohmann::json Cluster::list_with_version(const Ref& what, const std::string& selector) const {
  auto list = Json::parse(request("GET", with_query(path(all_like(what)), what, selector)));
  for (auto& item : list.at("items")) {  // only the list says what they are
    std::string kind = list.value("kind", "");
    item.emplace("kind", kind.substr(0, kind.size() - std::string("List").size()));
    item.emplace("apiVersion", list.value("apiVersion", ""));
  }
  return list;
}

bool Cluster::watch(const Ref& what, const std::string& selector, TimePoint end, const OnEvent& on_event,
                    std::stop_token stop) const {
  const auto collection = path(all_like(what));
  const auto go_on = [&] { return Clock::now() < end && !stop.stop_requested(); };
  while (go_on()) {
    const auto list = list_with_version(what, selector);
    for (const auto& item : list.at("items"))
      if (on_event("LISTED", item)) return true;
    if (on_event("LISTED", nullptr)) return true;
    std::string version = list.at("metadata").at("resourceVersion");
    for (auto next = Next::resume; next == Next::resume && go_on();) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(end - Clock::now()).count();
      const auto path = with_query(collection, what, selector,
                                   {{"watch", "true"},
                                    {"allowWatchBookmarks", "true"},
                                    {"timeoutSeconds", std::to_string(left)},
                                    {"resourceVersion", version}});
      next = stream(path, version, end, on_event, stop);
      if (next == Next::enough) return true;
    }
  }
  return false;
}

Cluster::Next Cluster::stream(const std::string& path, std::string& version, TimePoint end,
                              const OnEvent& on_event, std::stop_token stop) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  const auto client = client_for(socket_, std::max(left, std::chrono::milliseconds(1)));
  const std::stop_callback on_stop(stop, [&] { client->stop(); });
  const auto go_on = [&] { return Clock::now() < end && !stop.stop_requested(); };
  Next next = Next::resume;
  const auto on_line = [&](const std::string& line) {  // false: the stream is over
    const auto event = Json::parse(line, nullptr, false);
    if (!event.is_object()) return true;
    const std::string type = event.value("type", "");
    const auto& object = event.at("object");
    if (type == "ERROR") next = Next::list;  // 410: the server no longer knows `version`
    if (type == "ERROR") return false;
    version = object.at("metadata").value("resourceVersion", version);
    if (type != "BOOKMARK" && on_event(type, object)) next = Next::enough;
    return next == Next::resume && go_on();
  };
  int status = 0;
  std::string unfinished;
  std::exception_ptr thrown;
  const auto result = client->Get(
      path, httplib::Headers{},
      [&](const httplib::Response& response) { return status = response.status, go_on(); },
      [&](const char* data, size_t size) {
        unfinished.append(data, size);
        try {
          for (size_t newline; status == 200 && (newline = unfinished.find('\n')) != std::string::npos;) {
            const auto line = unfinished.substr(0, newline);
            unfinished.erase(0, newline + 1);
            if (!on_line(line)) return false;
          }
          return true;
        } catch (...) {  // not through the library
          thrown = std::current_exception();
          return false;
        }
      });
  if (thrown) std::rethrow_exception(thrown);
  if (status == 410) return Next::list;
  if (status != 0 && status != 200)
    throw std::runtime_error(fmt::format("GET {}: HTTP {}: {}", path, status, unfinished));
  if (status == 0 && !result && go_on()) fail("GET", path, result.error());
  return next;
}

}  // namespace test
