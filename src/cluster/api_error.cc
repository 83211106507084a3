#include "cluster/api_error.h"

#include <re2/re2.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace harness {

ApiStatus read_status(int code, const std::string& body) {
  using Json = nlohmann::json;
  ApiStatus status{.code = code,
                   .reason = "",
                   .message = "status " + std::to_string(code) + ": " + tail(body, 3),
                   .causes = {}};
  const Json answer = Json::parse(body, nullptr, false);
  const auto text = [](const Json& map, const char* key) {
    const auto found = map.is_object() ? map.find(key) : map.end();
    return map.is_object() && found != map.end() && found->is_string() ? found->get<std::string>()
                                                                       : std::string();
  };
  if (text(answer, "message").empty()) return status;
  status.message = text(answer, "message");
  status.reason = text(answer, "reason");
  const Json::json_pointer causes("/details/causes");
  if (!answer.contains(causes) || !answer[causes].is_array()) return status;
  for (const auto& cause : answer[causes])
    status.causes.push_back({text(cause, "reason"), text(cause, "field"), text(cause, "message")});
  return status;
}

bool may_pass(const ApiStatus& status) {
  // Made of the object alone, and yet given back as an internal error.
  static const RE2 wrong(
      "^failed to (?:create typed|prune|create manager)|unable to convert|request is too large|larger than "
      "max|\\bno kind \"");
  // What admission plugins of Kubernetes' own say of what is not there yet.
  static const RE2 early(
      "exceeded quota: |status unknown for quota|error looking up service account|serviceaccount \"[^\"]*\" "
      "not found|not yet ready to handle request|is being terminated|try again");
  switch (status.code) {
    case 0:  // it starts again
      return status.reason != ApiStatus::kUntrusted;
    case 403:
      return RE2::PartialMatch(status.message, early);
    case 404:  // the type, or the namespace
    case 408:
    case 409:  // another request was faster; what is being deleted has the name
    case 429:
    case 502:
    case 503:
    case 504:
      return true;
    case 500:
      return !RE2::PartialMatch(status.message, wrong);
    default:
      return false;
  }
}

}  // namespace harness
