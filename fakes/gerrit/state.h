#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gerrit/model.h"
#include "gerrit/store.h"

namespace fakes::gerrit {

/// Everything that the server knows. A value: a copy is independent (of the objects in `store`, which are
/// only added, it has part). Not thread-safe; Api holds the lock.
struct State {
  std::map<int, Account> accounts;
  std::map<std::string, Project> projects;
  std::map<int, Change> changes;
  int next_account = 1000000;
  int next_change = 1;
  Time last_time{};
  std::optional<int> self;  ///< who somebody is that does not say so (/admin/login/ID)
  std::shared_ptr<Store> store = std::make_shared<Store>();

  /// Later than at the call before: whatever happens has an order.
  Time now();

  /// The account of a user name, made where there is none.
  int login(const std::string& username);

  /// Throws HttpError (404).
  Project& project(const std::string& name);
  /// The change of a path's id (rest-api-changes.html#change-id). Throws HttpError (404) where it is none or
  /// not only one.
  Change& change(const std::string& id);
  const Project& project_of(const Change& change) const { return projects.at(change.project); }
};

/// Moves the time of the change's last update.
void touch(Change& change, Time time);

/// Adds to the change's messages what `author` did at `time`, and moves the time of its last update.
Message& say(Change& change, std::optional<int> author, Time time, const std::string& text,
             const std::string& tag);

/// Who can be meant by a number, "self" (the caller), a user name, an e-mail address, "Name <address>" or a
/// full name.
std::vector<int> find_accounts(const State& state, const std::string& text, std::optional<int> caller);

/// The one account; throws HttpError with `status` where it is none or not only one, and 403 for "self" of
/// nobody.
int account_of(const State& state, const std::string& text, std::optional<int> caller, int status);

/// Which changes can be meant by a number, project~number, project~branch~Change-Id, a Change-Id or a commit,
/// the last two as prefixes too.
std::vector<int> find_changes(const State& state, const std::string& id);

/// The label of that name in whatever case; nullptr where the project has none. `name` becomes the name as
/// configured.
const Label* find_label(const Project& project, std::string& name);

/// What a new project has: Code-Review from -2 to +2.
std::map<std::string, Label> default_labels();

}  // namespace fakes::gerrit
