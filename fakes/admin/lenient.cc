#include "admin/lenient.h"

#include <nlohmann/json.hpp>

namespace fakes::admin {

void Lenient::add_routes(http::Router& router) {
  router.handle("GET", "/admin/lenient",
                [this](const http::Request&) { return http::json(200, now_.load()); });
  router.handle("PUT", "/admin/lenient", [this](const http::Request& request) {
    const auto json = http::parse_json(request.body, "; expected is true or false");
    if (!json.is_boolean()) throw http::HttpError(400, "expected is true or false");
    now_ = json.get<bool>();
    return http::json(200, now_.load());
  });
}

}  // namespace fakes::admin
