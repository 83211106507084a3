#pragma once

#include <compare>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace harness {

/// What the gateway takes requests to.
struct Backend {
  std::string service, name_space;
  int port = 0;           ///< that it connects to; 0: to none, since nobody knows it
  bool is_http2 = false;  ///< the Service says that it takes HTTP/2 (cleartext) alone

  std::string host() const { return service + "." + name_space + ".svc.cluster.local"; }
  std::string address() const {
    return host() + ":" + std::to_string(port);
  }  ///< "web.ci.svc.cluster.local:80"
};

/// What a request must have besides its host and path.
struct Condition {
  enum class Of { method, header, query };
  Of of = Of::method;
  std::string name = {};  ///< of the header or the query parameter
  std::string value;
  bool is_regex = false;  ///< the whole value matches it
  auto operator<=>(const Condition&) const = default;
};

/// Changes of the headers of a request or an answer.
struct HeaderChanges {
  std::vector<std::pair<std::string, std::string>> set = {}, add = {};
  std::vector<std::string> remove = {};
  bool operator==(const HeaderChanges&) const = default;
};

struct PathChange {
  bool is_prefix = false;  ///< the prefix that matched is replaced, else the whole path
  std::string with;
  bool operator==(const PathChange&) const = default;
};

/// The answer that sends a client elsewhere.
struct Redirect {
  int status = 302;
  std::string scheme = {}, host = {};  ///< empty: those of the request
  int port = 0;                        ///< 0: that of the scheme, if there is one, else of the request
  bool operator==(const Redirect&) const = default;
};

/// What a route of the Gateway API does with a request
/// (https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter).
struct Filters {
  HeaderChanges request = {}, response = {};
  std::string host = {};  ///< that the component sees
  std::optional<PathChange> path = {};
  std::optional<Redirect> redirect = {};
  std::vector<std::string> mirrors = {};  ///< addresses that get a copy of the request
  int timeout_ms = 0;                     ///< for the answer's next part; 0: the gateway's own
  bool operator==(const Filters&) const = default;
};

}  // namespace harness
