#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "framework/temp_dir.h"
#include "support/http_server.h"

/// What a test library needs of a Kubernetes API, in memory, on the socket of $HARNESS_API: discovery,
/// objects by path, lists, watches. One for the program, as test::cluster() is.
class FakeApi {
 public:
  using Json = nlohmann::json;

  static FakeApi& get();
  ~FakeApi();

  /// Forgets all objects; the next version is that much later.
  void reset();
  /// `path`: "/api/v1/namespaces/a/pods/p".
  void put(const std::string& path, Json object);
  void erase(const std::string& path);
  /// null where there is none.
  Json object(const std::string& path);
  /// Ends the watches that run.
  void end_watches();
  /// Changes an object while nobody watches; later a watch from an older version is refused as 410.
  void put_in_a_gap(const std::string& path, Json object);
  void erase_in_a_gap(const std::string& path);
  /// Calls of this kind fail: "DELETE /api/v1/namespaces/a" with status and message.
  void refuse(const std::string& call, int status, const std::string& message);
  /// How many watches began so far.
  size_t watches() const;
  std::string socket() const { return socket_; }
  const HttpServer& server() const { return server_; }

 private:
  struct Event {
    int version;
    std::string type, path;
    Json object;
  };
  FakeApi();
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer);
  void list(const Json& head, const std::string& path, const std::string& query, HttpServer::Answer& answer);
  void watch(const std::string& path, const std::string& query, HttpServer::Answer& answer);
  void change(const std::string& type, const std::string& path, Json object);
  void forget();

  test::TempDir dir_;
  std::string socket_ = (dir_.path() / "api").string();
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int version_ = 1, oldest_ = 0, streams_ = 0;
  bool ending_ = false;
  std::map<std::string, Json> objects_;
  std::vector<Event> events_;
  std::map<std::string, std::pair<int, std::string>> refused_;
  HttpServer server_;
};
