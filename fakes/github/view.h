#pragma once

#include "github/state.h"

namespace fakes::github {

/// Where a client finds things: the beginnings of the URLs that it is given.
struct Urls {
  std::string api;  ///< "http://localhost/fakeghserver" or ".../api/v3"
  std::string web;  ///< of html_url
  std::string git;  ///< of clone_url; "" for the one of `web`
};

/// The JSON of each resource, with the fields of https://docs.github.com/rest that clients read. The state's
/// mutex is held.
class View {
 public:
  /// `reader` is who asks, "" where nobody says who it is; `token` that of an app's installation.
  View(const State& state, Urls urls, std::string reader, const Token* token)
      : state_(state), urls_(std::move(urls)), reader_(std::move(reader)), token_(token) {}
  const Urls& urls() const { return urls_; }
  /// "http://.../repos/o/r".
  std::string url(const Repository& repository) const {
    return urls_.api + "/repos/" + repository.full_name();
  }
  std::string html_url(const Repository& repository) const {
    return urls_.web + "/" + repository.full_name();
  }

  Json user(const std::string& login) const;  ///< null for ""
  Json full_user(const std::string& login) const;
  Json organization(const std::string& login) const;
  Json repository(const Repository& repository) const;
  Json full_repository(const Repository& repository) const;  ///< as it is given out alone
  Json team(const Organization& org, const Team& team, bool full) const;
  Json asked_team(const Repository& repository, const std::string& slug) const;  ///< for a review
  Json label(const Repository& repository, const Label& label) const;
  Json labels(const Repository& repository, const Issue& issue) const;
  Json issue(const Repository& repository, const Issue& issue) const;
  Json comment(const Repository& repository, const Issue& issue, const Comment& comment) const;
  Json pull(const Repository& repository, const Issue& issue, bool full) const;
  Json review(const Repository& repository, const Issue& issue, const Review& review) const;
  Json status(const Repository& repository, const std::string& sha, const Status& status) const;
  Json commit(const Repository& repository, const Commit& commit, bool full = false) const;
  Json git_commit(const Repository& repository, const Commit& commit) const;
  Json branch(const Repository& repository, const std::string& name, const std::string& sha, bool full) const;
  Json ref(const Repository& repository, const std::string& name, const std::string& sha) const;
  Json file(const Repository& repository, const std::string& sha,
            const Json& file) const;                                ///< one that was changed
  Json hook(const Repository& repository, const Hook& hook) const;  ///< without last_response
  Json users(const std::vector<std::string>& logins) const;
  Json milestone(const Repository& repository, const Milestone& milestone) const;
  Json reactions(const std::string& of,
                 const Reactions& reactions) const;  ///< the sums; `of`: the URL of what they are on
  Json reaction(const Reaction& reaction) const;
  Json review_comment(const Repository& repository, const Issue& issue, const ReviewComment& comment) const;
  Json app(const App& app) const;

 private:
  Json side(const PullSide& side) const;
  std::string role_of_reader(const Repository& repository) const;
  const State& state_;
  Urls urls_;
  std::string reader_;
  const Token* token_;
};

/// An opaque name, as every resource has one.
std::string node_id(const std::string& kind, Id id);
/// Null for 0.
Json time_or_null(Time time);
template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace fakes::github
