// Reactions to issues, comments and releases.
#include <algorithm>

#include "github/api.h"
#include "github/reactions.h"
#include "github/text.h"

namespace fakes::github {

namespace {

/// What the path names, with its reactions.
Reactions& of_issue(Call& call, Repository& repository) { return call.issue(repository).reactions; }

Reactions& of_comment(Call& call, Repository& repository) {
  const Id id = call.id("comment");
  for (auto& [number, issue] : repository.issues)
    if (const auto found = issue.comments.find(id); found != issue.comments.end())
      return found->second.reactions;
  throw not_found();
}

Reactions& of_review_comment(Call& call, Repository& repository) {
  const Id id = call.id("comment");
  for (auto& [number, issue] : repository.issues)
    if (issue.pull)
      if (const auto found = issue.pull->comments.find(id); found != issue.pull->comments.end())
        return found->second.reactions;
  throw not_found();
}

using Owner = Reactions& (*)(Call&, Repository&);

void check(const std::string& content) {
  if (std::find(std::begin(kReactions), std::end(kReactions), content) == std::end(kReactions))
    throw invalid("Reaction", "content");
}

Reply list(Call& call, Owner owner) {
  auto& repository = call.repository();
  const std::string content = call.query.get("content");
  if (!content.empty()) check(content);
  std::vector<const Reaction*> all;
  for (const auto& [id, reaction] : owner(call, repository))
    if (content.empty() || reaction.content == content) all.push_back(&reaction);
  return paged(call, all, [&](const Reaction* one) { return call.view.reaction(*one); });
}

/// The same once more is answered with the one that is there.
Reply create(Call& call, Owner owner) {
  auto& repository = call.repository();
  auto& reactions = owner(call, repository);
  const std::string content = call.fields("Reaction").required("content");
  check(content);
  for (const auto& [id, reaction] : reactions)
    if (reaction.content == content && lower(reaction.user) == lower(call.actor))
      return {.body = call.view.reaction(reaction)};
  const Id id = call.state.next_id();
  const auto& added = reactions[id] = {
      .id = id, .user = call.state.user(call.actor).login, .content = content, .created = now()};
  return {.status = 201, .body = call.view.reaction(added)};
}

Reply remove(Call& call, Owner owner) {
  auto& repository = call.repository();
  if (owner(call, repository).erase(call.id("reaction")) == 0) throw not_found();
  return {.status = 204};
}

}  // namespace

void add_reaction_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}";
  const std::pair<std::string, Owner> owners[] = {{"/issues/{number}", of_issue},
                                                  {"/issues/comments/{comment}", of_comment},
                                                  {"/pulls/comments/{comment}", of_review_comment}};
  for (const auto& [path, owner] : owners) {
    const std::string reactions = repository + path + "/reactions";
    api.on("GET", reactions, "?content ?page ?per_page",
           [owner = owner](Call& call) { return list(call, owner); });
    api.on("POST", reactions, "content", [owner = owner](Call& call) { return create(call, owner); });
    api.on("DELETE", reactions + "/{reaction}", "",
           [owner = owner](Call& call) { return remove(call, owner); });
  }
}

}  // namespace fakes::github
