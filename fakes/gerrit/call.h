#pragma once

#include <atomic>
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
  const std::atomic<bool>* lenient =
      nullptr;  ///< where it is set: nobody need say who he is, and what is named is there
};

/// One request on the state. Whoever handles it holds the lock on the state, and changes nothing before it
/// can throw no more.
struct Call {
  State& state;
  const Settings& settings;
  const http::Request& request;
  http::Query query;
  std::optional<int> caller;  ///< the account; nothing where it is anonymous
  bool lenient = false;       ///< whoever asks may do it, and what he names is there

  const std::string& param(const char* name) const { return request.params.at(name); }
  /// The caller's account. Throws HttpError (403) for nobody.
  int user() const;
  /// The value of a parameter that has two names. Throws HttpError (400) where it is no number.
  std::optional<int> number(const std::string& name, const std::string& also) const;

  /// An answer that begins with the line `)]}'`, indented where `pp=1` was asked for.
  http::Response json(int status, const Json& value) const;
};

/// Bytes as Gerrit gives them for a browser's sake: base64, with what they are in X-FYI-Content-Type.
http::Response base64(const std::string& bytes, const std::string& type);

/// "" where it is no base64.
std::string base64_decoded(std::string text);

/// Errors as Gerrit has them: text/plain, one line.
http::Response text_error(int status, const std::string& message);

/// The user name of a request's Authorization header (Basic, or a bearer token, which is the name) or of its
/// cookie `o`; nothing where it names nobody.
std::optional<std::string> user_name_of(const http::Request& request);

}  // namespace fakes::gerrit
