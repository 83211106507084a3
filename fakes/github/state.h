#pragma once

#include <mutex>

#include "github/model.h"

namespace fakes::github {

/// Everything there is. Names of users and repositories are found in whatever case and kept as they were
/// given. Not thread-safe by itself: whoever uses `data` or a member function holds `mutex`, for work in
/// memory only.
class State {
 public:
  struct Data {
    std::map<std::string, User> users;                  ///< by lower(login)
    std::map<std::string, Repository> repositories;     ///< by lower("owner/name")
    std::map<std::string, Id> moved;                    ///< lower of a name that a repository had, to its id
    std::map<std::string, Organization> organizations;  ///< by lower(login)
    std::map<Id, App> apps;
    std::map<Id, Installation> installations;
    std::map<std::string, Token> tokens;  ///< by what they are
    Objects objects;
    bool lenient = false;  ///< nobody needs a token, and what is named exists (docs/fakes.md)
    Id last_id = 0;
    std::uint64_t last_touch = 0;
  };
  std::mutex mutex;
  Data data;

  Id next_id() { return ++data.last_id; }
  /// Makes the user known who did something.
  User& user(const std::string& login, bool organization = false);
  const User* find_user(const std::string& login) const;
  Repository* find_repository(const std::string& full_name);
  const Repository* find_repository(const std::string& full_name) const;
  Repository* find_repository_by_id(const std::string& id);
  /// For a lenient server: makes it, unless the names are none (nullptr).
  Repository* named_repository(const std::string& owner, const std::string& name);
  Issue& named_issue(Repository& repository, int number);
  /// Of that name, which it gets where it is not there yet.
  Organization& organization(const std::string& login);
  /// Throws ApiError (422) where the name is none or is taken.
  Repository& add_repository(const std::string& owner, const std::string& name);

  int next_number(Repository& repository) { return ++repository.last_number; }
  /// It has just changed.
  void touch(Issue& issue);
  /// A label called so, in whatever case; nullptr where there is none.
  Label* find_label(Repository& repository, const std::string& name);
  Label& find_or_add_label(Repository& repository, const std::string& name);
};

/// May be a user's or organization's login, or a repository's name.
bool is_login(const std::string& text);
bool is_repository_name(const std::string& text);

/// The same number for the same login, in every server: GitHub's ids never change either.
Id user_id(const std::string& login);

}  // namespace fakes::github
