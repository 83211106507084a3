#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"
#include "lib/kube.h"

namespace ci {

/// What the services see of the outside, in this process: the Kubernetes API for jobs and pods, and every
/// other request, noted and answered as the test says.
class World {
 public:
  World();
  ~World();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  Kube kube() const;

  void put(const std::string& resource, const nlohmann::json& object);
  std::vector<nlohmann::json> objects(const std::string& resource) const;

  /// Requests to anything else: "POST /repos/o/r/issues/7/labels {...}".
  std::vector<std::string> calls() const;
  /// The answer to requests whose "METHOD PATH" begins so; 200 and {} otherwise.
  void answer(const std::string& call, int status, const nlohmann::json& body);

 private:
  using Json = nlohmann::json;
  using Request = fakes::http::Request;
  using Response = fakes::http::Response;
  Response list(const Request& request) const;
  Response create(const Request& request);
  Response patch(const Request& request);
  Response remove(const Request& request);
  Response other(const Request& request);

  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, Json>> objects_;
  std::vector<std::string> calls_;
  std::map<std::string, Response> answers_;
  fakes::http::Server server_{{}};
  unsigned short port_ = 0;
  std::jthread thread_;
};

}  // namespace ci
