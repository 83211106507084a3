#include "lib/health.h"

namespace ci {

namespace http = fakes::http;

void add_health(http::Router& router, std::function<void()> check) {
  router.handle("GET", "/healthz", [](const http::Request&) { return http::text(200, "ok\n"); });
  router.handle("GET", "/readyz", [check = std::move(check)](const http::Request&) {
    try {
      check();
      return http::text(200, "ok\n");
    } catch (const std::exception& e) {
      return http::text(503, std::string(e.what()) + "\n");
    }
  });
}

}  // namespace ci
