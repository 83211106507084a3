#include "github/seed_parts.h"

#include <algorithm>

#include "github/jwt.h"
#include "github/objects.h"
#include "github/people.h"
#include "github/text.h"

namespace fakes::github {

namespace {

std::string one_of(SeedFields& fields, const std::string& value, const std::vector<std::string>& values,
                   const std::string& what) {
  if (std::find(values.begin(), values.end(), value) == values.end())
    fields.fail("has the " + what + " \"" + value + "\"");
  return value;
}

std::map<std::string, Member> seed_members(State& state, SeedFields& fields,
                                           const std::vector<std::string>& roles) {
  std::map<std::string, Member> members;
  each_text(fields, "members", [&](const std::string& login, const std::string& role) {
    if (!is_login(login)) fields.fail("has the member \"" + login + "\", which cannot be a login");
    members[lower(login)] = {.login = state.user(login).login, .role = one_of(fields, role, roles, "role")};
  });
  return members;
}

void seed_team(State& state, Organization& org, const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  Team team{.id = fields.get<std::int64_t>("id").value_or(state.next_id()),
            .name = fields.required("name"),
            .slug = fields.text("slug"),
            .privacy = fields.text("privacy", "closed"),
            .permission = fields.text("permission", "pull"),
            .description = fields.get<std::string>("description"),
            .members = seed_members(state, fields, {"maintainer", "member"}),
            .repositories = {}};
  if (team.slug.empty()) {
    team.slug = lower(team.name);
    std::replace_if(
        team.slug.begin(), team.slug.end(), [](char c) { return c == ' ' || c == '/'; }, '-');
  }
  if (org.teams.contains(team.slug)) fields.fail("exists: " + team.slug);
  each_text(fields, "repositories", [&](const std::string& name, const std::string& role) {
    team.repositories[lower(name)] =
        one_of(fields, role, {std::begin(kRoles), std::end(kRoles)}, "permission");
  });
  for (const auto& [key, member] : team.members) org.members.try_emplace(key, Member{.login = member.login});
  fields.done();
  org.teams[team.slug] = std::move(team);
}

void seed_installation(State& state, const App& app, const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  Installation installation{.id = fields.get<std::int64_t>("id").value_or(state.next_id()),
                            .app = app.id,
                            .account = fields.required("account"),
                            .repositories = {},
                            .created = now()};
  if (!is_login(installation.account)) fields.fail("has an account that cannot be one");
  if (fields.find("repositories")) {
    installation.repositories.emplace();
    for (const auto& name : fields.names("repositories")) installation.repositories->insert(lower(name));
  }
  fields.done();
  state.user(installation.account);
  state.data.installations[installation.id] = installation;
}

}  // namespace

void seed_organization(State& state, const Json& json, const std::string& place) {
  if (json.is_string()) return seed_organization(state, {{"login", json}}, place);
  SeedFields fields(json, place);
  const std::string login = fields.required("login");
  if (!is_login(login)) fields.fail("has no login that can be one");
  auto& user = state.user(login, true);
  if (!user.organization) fields.fail("is a user: " + login);
  auto& org = state.organization(login);
  for (auto& [key, member] : seed_members(state, fields, {"admin", "member"})) org.members[key] = member;
  fields.each("teams", [&](const Json& one, const std::string& where) { seed_team(state, org, one, where); });
  fields.done();
}

void seed_app(State& state, const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  App app{.id = fields.get<std::int64_t>("id").value_or(state.next_id()),
          .slug = fields.required("slug"),
          .name = fields.text("name"),
          .owner = fields.text("owner", "ci-robot"),
          .client_id = fields.text("client_id"),
          .public_key = fields.required("public_key"),
          .permissions = {},
          .events = fields.names("events"),
          .created = now()};
  if (!is_login(app.slug)) fields.fail("has a slug that cannot be one");
  if (app.name.empty()) app.name = app.slug;
  if (app.client_id.empty()) app.client_id = "Iv1." + sha1(app.slug).substr(0, 16);
  if (!is_public_key(app.public_key))
    fields.fail("has a public_key that is no RSA public key in PEM (openssl rsa -in KEY -pubout)");
  if (state.data.apps.contains(app.id)) fields.fail("exists: " + std::to_string(app.id));
  each_text(fields, "permissions",
            [&](const std::string& name, const std::string& value) { app.permissions[name] = value; });
  fields.each("installations",
              [&](const Json& one, const std::string& where) { seed_installation(state, app, one, where); });
  fields.done();
  state.data.apps[app.id] = app;
}

std::string seed_contents(State& state, const Json& json, const std::string& place) {
  if (!json.is_object()) throw http::HttpError(422, place + " must be an object of paths and texts");
  Files files;
  for (const auto& [path, text] : json.items()) {
    const std::string framed = "/" + path + "/";
    if (!text.is_string() || path.empty() || framed.find("//") != std::string::npos ||
        framed.find("/../") != std::string::npos)
      throw http::HttpError(422, place + " has the path \"" + path + "\", which is none or has no text");
    files[path] = {"100644", add_blob(state.data.objects, text.get<std::string>())};
  }
  return tree_of(state.data.objects, files);
}

}  // namespace fakes::github
