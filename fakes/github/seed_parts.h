#pragma once

#include "github/seed_fields.h"
#include "github/state.h"

/// Parts of a seed (docs/fakes.md, "fakeghserver"). Each throws http::HttpError (422) naming the place.
namespace fakes::github {

/// {"login", "members": {login: "admin" or "member"}, "teams": [{"name", "members", "repositories": {"o/r":
/// "push"}}]}
void seed_organization(State& state, const Json& json, const std::string& place);

/// {"id", "slug", "public_key", "client_id", "owner", "permissions", "events", "installations": [{"id",
/// "account", "repositories"}]}
void seed_app(State& state, const Json& json, const std::string& place);

/// {path: text} as the tree of a commit; its id.
std::string seed_contents(State& state, const Json& json, const std::string& place);

/// Calls `read(name, text)` for each of an object of strings.
template <typename Read>
void each_text(SeedFields& fields, const std::string& name, Read read) {
  const Json* value = fields.find(name);
  if (!value) return;
  if (!value->is_object()) fields.fail("has \"" + name + "\", which must be an object");
  for (const auto& [key, text] : value->items()) {
    if (!text.is_string())
      fields.fail("has \"" + name + "\" with a value that is no string: \"" + key + "\"");
    read(key, text.template get<std::string>());
  }
}

}  // namespace fakes::github
