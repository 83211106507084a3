#pragma once

#include "gerrit/fields.h"
#include "gerrit/state.h"

namespace fakes::gerrit {

/// Adds what a test gives to /admin/seed (docs/fakes.md) to `state`: accounts, projects and changes, in this
/// order. What is there already is changed where something else is given; a change gets the patch sets it
/// does not have. Throws HttpError, 400 at a field that is wrong and 422 at a name of nothing; `state` is
/// then as before.
void seed(State& state, const Json& json);

/// One change of it; `state` may then be half changed where it throws.
void seed_change(State& state, Fields& fields);

/// "contents" {path: text, or null for a file that goes}: what a commit has of them.
std::map<std::string, std::optional<std::string>> seeded_contents(Fields& fields);

/// Who is meant: a number of an account that is there, or a user name or address; a user name is made into an
/// account.
int seeded_account(State& state, const Fields& fields, const std::string& name, const Json& value);

}  // namespace fakes::gerrit
