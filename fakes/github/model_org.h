#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Organizations and apps. Members and teams are found in lower case.
namespace fakes::github {

struct Member {
  std::string login, role = "member";  ///< admin or member
  bool pending = false, is_public = false;
};

struct Team {
  std::int64_t id = 0;
  std::string name, slug, privacy = "closed", permission = "pull", notification = "notifications_enabled";
  std::optional<std::string> description;
  std::int64_t parent = 0;
  std::map<std::string, Member> members;            ///< role: maintainer or member
  std::map<std::string, std::string> repositories;  ///< lower("owner/name") to the permission
};

struct Organization {
  std::string login;
  std::map<std::string, Member> members;
  std::map<std::string, Team> teams;  ///< by slug
};

struct App {
  std::int64_t id = 0;
  std::string slug, name, owner, client_id, public_key;  ///< public_key: PEM
  std::map<std::string, std::string> permissions;
  std::vector<std::string> events;
  std::int64_t created = 0;
};

struct Installation {
  std::int64_t id = 0, app = 0;
  std::string account;
  std::optional<std::set<std::string>> repositories;  ///< lower("owner/name"); nothing: all of the account's
  std::int64_t created = 0, suspended = 0;
};

/// Of an installation, for an hour.
struct Token {
  std::string value;
  std::int64_t app = 0, installation = 0, expires = 0;
  std::optional<std::set<std::string>> repositories;  ///< as in Installation
  std::map<std::string, std::string> permissions;
};

}  // namespace fakes::github
