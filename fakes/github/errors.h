#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace fakes::github {

/// Answers a request with a status and `{message, errors, documentation_url, status}`, as GitHub does
/// (https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api).
class ApiError : public std::runtime_error {
 public:
  ApiError(int status_code, const std::string& message, nlohmann::json error_list = nullptr)
      : std::runtime_error(message), status(status_code), errors(std::move(error_list)) {}
  int status;
  nlohmann::json errors;  ///< null where the answer has none
};

inline ApiError not_found() { return {404, "Not Found"}; }

/// 422 for one field. `code`: missing, missing_field, invalid, already_exists, custom; `message` goes with
/// custom.
inline ApiError invalid(const std::string& resource, const std::string& field,
                        const std::string& code = "invalid", const std::string& message = "") {
  nlohmann::json error{{"resource", resource}, {"field", field}, {"code", code}};
  if (!message.empty()) error["message"] = message;
  return {422, "Validation Failed", nlohmann::json::array({error})};
}

/// 422 for something that is no single field's.
inline ApiError custom(const std::string& resource, const std::string& message) {
  return {422, "Validation Failed",
          nlohmann::json::array({{{"resource", resource}, {"code", "custom"}, {"message", message}}})};
}

}  // namespace fakes::github
