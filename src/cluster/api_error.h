#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace harness {

/// What the API says of a request that it does not do
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/).
struct ApiStatus {
  int code = 0;             ///< of HTTP; 0: there was no answer
  std::string reason = {};  ///< "Invalid"; empty where it is no Status
  /// The reason where there is no answer since one side does not accept the other's certificate.
  static constexpr const char* kUntrusted = "Untrusted";
  std::string message = {};
  struct Cause {
    std::string reason;  ///< "FieldValueInvalid"
    std::string field;   ///< "spec.template.spec.containers[0].image"
    std::string message;
  };
  std::vector<Cause> causes = {};
};

/// The API refuses a request, or does not answer it. Error::what() is `context` and its message.
struct ApiError : Error {
  ApiError(const std::string& context, ApiStatus refused, ExitCode exit_code)
      : Error(context.empty() ? refused.message : context + ": " + refused.message, {.exit_code = exit_code}),
        status(std::move(refused)) {}
  ApiStatus status;
};

/// Of an answer that is none of success; what a proxy or webhook between says is taken as it is.
ApiStatus read_status(int code, const std::string& body);

/// Whether the same request may be taken a moment later, though nobody changes anything: a definition is not
/// served yet, a webhook, a namespace or an account is not there yet, a quota is used up, the API starts
/// again. What an admission policy forbids, and what is wrong with the object, stays so.
bool may_pass(const ApiStatus& status);

}  // namespace harness
