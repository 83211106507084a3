#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gerrit/state.h"
#include "http/message.h"
#include "http/query.h"

namespace fakes::gerrit {

/// How the server was started.
struct Settings {
  std::string git_server;     ///< the URL of a fakegitserver that has the commits; may be empty
  bool strict_labels = true;  ///< Gerrit's change.strictLabels: unknown labels and values are errors
};

/// One request on the state. Whoever handles it holds the lock on the state, and changes nothing before it
/// can throw no more.
struct Call {
  State& state;
  const Settings& settings;
  const http::Request& request;
  http::Query query;
  std::optional<int> caller;  ///< the account; nothing where it is anonymous

  const std::string& param(const char* name) const { return request.params.at(name); }
  /// The caller's account. Throws HttpError (403) for nobody.
  int user() const;
  /// Throws HttpError (400) at a parameter of the query that is none of these, nor one that every request may
  /// have.
  void allow_only(const std::vector<std::string>& names) const;
  /// The value of a parameter that has two names. Throws HttpError (400) where it is no number.
  std::optional<int> number(const std::string& name, const std::string& also) const;

  /// An answer that begins with the line `)]}'`, indented where `pp=1` was asked for.
  http::Response json(int status, const Json& value) const;
};

/// Errors as Gerrit has them: text/plain, one line.
http::Response text_error(int status, const std::string& message);

/// The user name of a request's Authorization header (Basic, or a bearer token, which is the name) or of its
/// cookie `o`; nothing where it names nobody.
std::optional<std::string> user_name_of(const http::Request& request);

}  // namespace fakes::gerrit
