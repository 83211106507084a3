// What the fakes make of bodies, paths and queries. An input is "FAKE METHOD TARGET\nBODY"; FAKE is github,
// gerrit or setup (fakegitserver's order; METHOD and TARGET do not matter). Every answer is a status of the
// API's own: never an internal error.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "admin/admin.h"
#include "gerrit/api.h"
#include "git/setup_repo.h"
#include "github/api.h"
#include "github/seed.h"

namespace {

using namespace fakes;

constexpr const char* kGitHub = R"({"repositories": [{"full_name": "o/r", "labels": ["bug"],
  "branches": {"main": "1111111111111111111111111111111111111111", "topic": "2222222222222222222222222222222222222222"},
  "issues": [{"number": 1, "title": "t", "labels": ["bug"], "comments": [{"body": "b"}]}],
  "pulls": [{"number": 2, "title": "t", "head": {"ref": "topic"}, "base": {"ref": "main"}, "files": [{"filename": "f"}]}]}]})";
constexpr const char* kGerrit =
    R"({"projects": [{"name": "p", "branches": {"master": "1111111111111111111111111111111111111111"},
  "labels": {"Verified": {"values": {"-1": "no", " 0": "none", "+1": "yes"}}}}],
  "changes": [{"project": "p", "branch": "master", "owner": "a", "subject": "s", "_number": 1,
  "change_id": "I0123456789abcdef0123456789abcdef01234567", "revisions": [{"revision": "2222222222222222222222222222222222222222", "files": ["f"]}]}]})";

struct GitHub {
  github::State state;
  github::Deliveries deliveries;
  http::Router router;
  admin::Admin admin{
      {.reset = [] {}, .seed = [this](const nlohmann::json& json) { github::seed(state, json); }}};
  github::Api api{router, state, deliveries, {}};
  GitHub() {
    deliveries.stop();  // hooks are kept and never called
    admin.add_routes(router);
    github::add_routes(api);
  }
  void reset() {
    state.data = {};
    deliveries.clear();
    github::seed(state, nlohmann::json::parse(kGitHub));
  }
};

struct Gerrit {
  gerrit::Api api{{}};
  http::Router router;
  admin::Admin admin{{.reset = [] {}, .seed = [this](const nlohmann::json& json) { api.seed(json); }}};
  Gerrit() {
    admin.add_routes(router);
    api.add_routes(router);
  }
  void reset() {
    api.reset();
    api.seed(nlohmann::json::parse(kGerrit));
  }
};

int answer(const http::Router& router, http::Request request) {
  const auto match = router.match(request.method, request.path);
  if (!match.route || request.body.size() > match.route->body_limit) return 404;
  request.params = match.params;
  return match.route->handler(request).status;
}

template <typename Fake>
int ask(const http::Request& request) {
  static Fake fake;
  fake.reset();
  return answer(fake.router, request);
}

std::string word(std::string& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.erase(0, std::min(end + 1, line.size()));
  return word;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string body(reinterpret_cast<const char*>(data), size);
  std::string line = body.substr(0, body.find('\n'));
  body.erase(0, std::min(line.size() + 1, body.size()));
  const auto fake = word(line);
  http::Request request{.method = word(line), .target = line, .headers = {{"Host", "x"}}, .body = body};
  request.path = line.substr(0, line.find('?'));
  if (request.path.size() < line.size()) request.query = line.substr(request.path.size() + 1);
  if (!request.path.starts_with('/')) return -1;
  request.headers.emplace_back("Authorization", "Bearer a");
  int status = 0;
  try {
    if (fake == "github") status = ask<GitHub>(request);
    if (fake == "gerrit") status = ask<Gerrit>(request);
    if (fake == "setup") git::parse_setup_order(body);
  } catch (const http::HttpError& e) {
    status = e.status;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s would be an internal error: %s\n", request.target.c_str(), e.what());
    std::abort();
  }
  if (status >= 500 && status != 501) {  // what the fake does not have
    std::fprintf(stderr, "%s is answered with %d\n", request.target.c_str(), status);
    std::abort();
  }
  return 0;
}
