#include "gerrit/routes.h"

namespace fakes::gerrit {

namespace {

/// The Gerrit whose ways the server has.
constexpr const char* kVersion = "3.9.1";

http::Response version(Call& call) { return call.json(200, kVersion); }

http::Response info(Call& call) {
  return call.json(200, {{"accounts", {{"visibility", "ALL"}}},
                         {"auth", {{"auth_type", "HTTP"}, {"editable_account_fields", Json::array()}}},
                         {"change", {{"update_delay", 300}, {"submit_whole_topic", false}}},
                         {"download", {{"archives", Json::array()}, {"schemes", Json::object()}}},
                         {"gerrit", {{"all_projects", "All-Projects"}, {"all_users", "All-Users"}}},
                         {"plugin", Json::object()},
                         {"suggest", {{"from", 0}}},
                         {"user", {{"anonymous_coward_name", "Name of user not set"}}}});
}

}  // namespace

std::vector<Endpoint> config_endpoints() {
  return {{"GET", "/config/server/version", version}, {"GET", "/config/server/info", info}};
}

}  // namespace fakes::gerrit
