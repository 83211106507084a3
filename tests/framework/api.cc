#include "framework/api.h"

#include <stdexcept>

#include "framework/environment.h"
#include "framework/http.h"

namespace test {

std::string service_url(const std::string& name) { return required_env("HARNESS_URL") + "/" + name; }

nlohmann::json api(const std::string& method, const std::string& url, const nlohmann::json& body,
                   const std::map<std::string, std::string>& headers) {
  Request request{
      .method = method, .url = url, .body = body.is_null() ? "" : body.dump(), .headers = headers};
  if (!body.is_null()) request.headers["Content-Type"] = "application/json";
  const auto response = http(request);
  if (response.status < 200 || response.status > 299)
    throw std::runtime_error(method + " " + url + ": HTTP " + std::to_string(response.status) + ": " +
                             response.body);
  std::string text = response.body;
  if (text.starts_with(")]}'")) text.erase(0, 4);  // Gerrit's first line
  return nlohmann::json::parse(text, nullptr, false).is_discarded() ? nlohmann::json()
                                                                    : nlohmann::json::parse(text);
}

}  // namespace test
