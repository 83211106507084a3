#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/http_server.h"

/// Elasticsearch's bulk API, strict: it refuses what the real one refuses in form (content type, lines,
/// actions, names of indices).
class FakeBulk {
 public:
  /// The status of one document; 200 is taken. Gets how often this one was sent before.
  using Judge = std::function<int(const std::string& id, int sent_before)>;
  explicit FakeBulk(Judge judge = {}) : judge_(std::move(judge)) {}

  std::string url() const { return "http://" + server_.host(); }
  const HttpServer& server() const { return server_; }
  /// What it has taken: "INDEX/ID" -> source.
  std::map<std::string, nlohmann::json> documents() const;
  /// Answers the next requests as a whole with these, 0 breaks the connection. With -504 the documents are
  /// taken before that is answered, with kTakes before the connection breaks.
  static constexpr int kTakes = -1;
  void fail_next(std::vector<int> statuses);

 private:
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer);
  int take(const std::string& action, const std::string& source);
  nlohmann::json take_all(const std::vector<std::string>& lines);

  const Judge judge_;
  mutable std::mutex mutex_;
  std::map<std::string, nlohmann::json> documents_;
  std::map<std::string, int> seen_;
  std::vector<int> failures_;
  HttpServer server_{[this](const auto& request, auto& one) { answer(request, one); }};
};
