#include "lib/endpoint.h"

#include <fmt/format.h>
#include <httplib.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ci {

namespace {

using Json = nlohmann::json;

constexpr int kConnect = 5, kAnswer = 30;  // seconds
constexpr int kSilence = 300;              // of a watch: the server ends it before

std::unique_ptr<httplib::Client> client_for(const std::string& origin, const Endpoint::Settings& settings,
                                            int read_timeout) {
  auto client = std::make_unique<httplib::Client>(origin);
  client->set_connection_timeout(kConnect);
  client->set_read_timeout(read_timeout);
  client->set_write_timeout(kAnswer);
  client->set_url_encode(false);
  if (!settings.ca_file.empty()) client->set_ca_cert_path(settings.ca_file);
  if (!settings.authorization.empty())
    client->set_default_headers({{"Authorization", settings.authorization}});
  return client;
}

/// Gerrit puts )]}' before its JSON.
std::string without_guard(const std::string& body) {
  return body.starts_with(")]}'") ? body.substr(4) : body;
}

}  // namespace

Endpoint::Endpoint(Settings settings) : settings_(std::move(settings)) {
  const auto scheme = settings_.url.find("://");
  if (scheme == std::string::npos)
    throw std::invalid_argument("\"" + settings_.url + "\" is no URL such as http://host:port");
  const auto path = std::min(settings_.url.find('/', scheme + 3), settings_.url.size());
  origin_ = settings_.url.substr(0, path);
  prefix_ = settings_.url.substr(path);
  while (prefix_.ends_with('/')) prefix_.pop_back();
}

Reply Endpoint::call(const std::string& method, const std::string& target, const std::string& body,
                     const std::string& type) const {
  httplib::Request request;
  request.method = method;
  request.path = prefix_ + target;
  request.body = body;
  request.headers = {{"Accept", "application/json"}};
  if (!body.empty()) request.headers.emplace("Content-Type", type);
  const auto result = client_for(origin_, settings_, kAnswer)->send(request);
  if (!result)
    throw Unreachable(
        fmt::format("{} {}{}: {}", method, origin_, request.path, httplib::to_string(result.error())));
  return {result->status, result->body};
}

Json Endpoint::json(const std::string& method, const std::string& target) const {
  return json(method, target, Json());
}

Json Endpoint::json(const std::string& method, const std::string& target, const Json& body,
                    const std::string& type) const {
  const auto reply = call(method, target, body.is_null() ? "" : body.dump(), type);
  if (reply.status < 200 || reply.status > 299)
    throw Refused(reply.status,
                  fmt::format("{} {}{}: {} {:.300}", method, origin_, target, reply.status, reply.body));
  auto parsed = Json::parse(without_guard(reply.body), nullptr, false);
  return parsed.is_discarded() ? Json() : parsed;  // 204 has none
}

void Endpoint::lines(const std::string& target, const std::function<bool(const std::string&)>& on_line,
                     std::stop_token stop) const {
  const auto client = client_for(origin_, settings_, kSilence);
  const std::stop_callback on_stop(stop, [&] { client->stop(); });
  std::string unfinished;
  int status = 0;
  bool enough = false;
  const auto result = client->Get(
      prefix_ + target, httplib::Headers{},
      [&](const httplib::Response& response) {
        status = response.status;
        return true;
      },
      [&](const char* data, size_t size) {
        unfinished.append(data, size);
        if (status != 200) return unfinished.size() < 65536;
        for (size_t end; !enough && (end = unfinished.find('\n')) != std::string::npos;
             unfinished.erase(0, end + 1))
          enough = !on_line(unfinished.substr(0, end));
        return !enough && !stop.stop_requested();
      });
  if (enough || stop.stop_requested()) return;
  if (status != 0 && status != 200)
    throw Refused(status, fmt::format("GET {}{}: {} {:.300}", origin_, target, status, unfinished));
  if (!result)
    throw Unreachable(fmt::format("GET {}{}: {}", origin_, target, httplib::to_string(result.error())));
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error("cannot read " + file);
  return text.str();
}

std::string secret_from(const std::string& file) {
  std::string secret = text_of(file);
  while (!secret.empty() && std::isspace(static_cast<unsigned char>(secret.back()))) secret.pop_back();
  return secret;
}

std::string url_encoded(const std::string& text) {
  std::string encoded;
  for (const unsigned char c : text)
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      encoded += static_cast<char>(c);
    else
      encoded += fmt::format("%{:02X}", c);
  return encoded;
}

}  // namespace ci
