#pragma once

#include <string>

#include "gerrit/api.h"

namespace fakes::gerrit {

/// An answer, with what its body says.
struct Answer {
  int status = 0;
  http::Headers headers;
  std::string body;
  Json json;  ///< of a body that begins with the line )]}'; null for any other
};

/// The API without a network, and what a test asks of it. `user` in front of the target: "alice /changes/"
/// goes to /a/changes/ as alice.
class GerritServer {
 public:
  explicit GerritServer(Settings settings = {});

  Answer call(const std::string& method, const std::string& target, const std::string& body = "",
              http::Headers headers = {});
  Answer get(const std::string& target) { return call("GET", target); }
  Answer post(const std::string& target, const Json& body = nullptr) {
    return call("POST", target, body.is_null() ? "" : body.dump());
  }
  Answer put(const std::string& target, const Json& body = nullptr) {
    return call("PUT", target, body.is_null() ? "" : body.dump());
  }

  /// A project with a commit in master, by alice.
  void add_project(const std::string& name, const Json& labels = nullptr);
  /// A change in master of a project, by alice: its number.
  int add_change(const std::string& project, const std::string& subject = "Change something");
  /// The numbers of the changes that a query finds, as `user` (anonymous for "").
  std::vector<int> query(const std::string& text, const std::string& user = "");

  Api api;

 private:
  http::Router router_;
};

std::string encoded_query(const std::string& text);

/// The definition of Verified as /admin/seed takes it, beside Code-Review.
extern const Json kBothLabels;

}  // namespace fakes::gerrit
