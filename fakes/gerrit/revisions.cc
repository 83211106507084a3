#include <fmt/format.h>

#include <algorithm>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/routes.h"
#include "gerrit/timestamp.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

Response get_commit(Call& call) {
  auto& change = call.state.change(call.param("id"));
  return call.json(200, commit_info(call.state, change, revision_of(change, call.param("revision")), true));
}

Response get_review(Call& call) {
  auto& change = call.state.change(call.param("id"));
  const int patch_set = revision_of(change, call.param("revision")).number;
  return call.json(200,
                   change_info(call, change, {"LABELS", "DETAILED_LABELS", "DETAILED_ACCOUNTS"}, patch_set));
}

Json comments_by_path(const Call& call, const Change& change, std::optional<int> patch_set) {
  Json by_path = Json::object();
  for (const auto& comment : change.comments)
    if (!patch_set || comment.revision == *patch_set)
      by_path[comment.path].push_back(comment_info(call, change, comment, !patch_set));
  return by_path;
}

Response change_comments(Call& call) {
  return call.json(200, comments_by_path(call, call.state.change(call.param("id")), {}));
}

Response revision_comments(Call& call) {
  auto& change = call.state.change(call.param("id"));
  return call.json(200, comments_by_path(call, change, revision_of(change, call.param("revision")).number));
}

Response comment(Call& call) {
  auto& change = call.state.change(call.param("id"));
  const int patch_set = revision_of(change, call.param("revision")).number;
  for (const auto& one : change.comments) {
    if (one.id != call.param("comment") || one.revision != patch_set) continue;
    auto info = comment_info(call, change, one, true);
    info["path"] = one.path;
    return call.json(200, info);
  }
  throw HttpError(404, "Not found: " + call.param("comment"));
}

/// Which changes of a project have which commits as patch sets.
class Relations {
 public:
  Relations(const State& state, const Change& of) : state_(state) {
    for (const auto& [number, change] : state.changes) {
      if (change.project != of.project || change.branch != of.branch) continue;
      for (const auto& revision : change.revisions) owners_[revision.sha] = {number, revision.number};
    }
    for (const auto& [sha, at] : owners_)
      for (const auto& parent : revision(at).commit.parents) children_[parent].push_back(sha);
  }

  /// The commits above and below: the newest first, this one among them; a change once.
  std::vector<std::string> around(const std::string& sha) const {
    std::vector<std::string> above, line;
    std::set<int> seen{owners_.at(sha).first};
    for (std::vector<std::string> open{sha}; !open.empty();) {
      const auto one = open.back();
      open.pop_back();
      const auto children = children_.find(one);
      if (children == children_.end()) continue;
      for (const auto& child : children->second)
        if (seen.insert(owners_.at(child).first).second) above.push_back(child), open.push_back(child);
    }
    line.assign(above.rbegin(), above.rend());
    line.push_back(sha);
    for (std::string at = sha;;) {
      const auto& parents = revision(owners_.at(at)).commit.parents;
      if (parents.empty() || !owners_.contains(parents[0]) ||
          !seen.insert(owners_.at(parents[0]).first).second)
        return line;
      line.push_back(at = parents[0]);
    }
  }

  std::pair<int, int> owner(const std::string& sha) const { return owners_.at(sha); }

 private:
  const Revision& revision(std::pair<int, int> at) const {
    return state_.changes.at(at.first).revisions.at(static_cast<std::size_t>(at.second) - 1);
  }
  const State& state_;
  std::map<std::string, std::pair<int, int>> owners_;
  std::map<std::string, std::vector<std::string>> children_;
};

Response related(Call& call) {
  auto& of = call.state.change(call.param("id"));
  const Relations relations(call.state, of);
  Json changes = Json::array();
  const auto line = relations.around(revision_of(of, call.param("revision")).sha);
  for (const auto& sha : line) {
    if (line.size() == 1) break;  // related to nothing but itself
    const auto [number, patch_set] = relations.owner(sha);
    const auto& change = call.state.changes.at(number);
    const auto& revision = change.revisions.at(static_cast<std::size_t>(patch_set) - 1);
    std::string status = name_of(change.status);
    std::transform(status.begin(), status.end(), status.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    changes.push_back({{"project", change.project},
                       {"change_id", change.change_id},
                       {"commit", commit_info(call.state, change, revision, true)},
                       {"_change_number", number},
                       {"_revision_number", patch_set},
                       {"_current_revision_number", change.current().number},
                       {"status", status}});
  }
  return call.json(200, {{"changes", changes}});
}

}  // namespace

Revision& revision_of(Change& change, const std::string& name) {
  if (name == "current") return change.current();
  for (auto& revision : change.revisions)
    if (revision.sha == name) return revision;
  for (auto& revision : change.revisions) {
    const bool by_number = is_number(name) && name.size() < 6 && std::stoi(name) == revision.number;
    if (by_number ||
        (name.size() >= 4 && name.size() <= 40 && is_hex(name) && revision.sha.starts_with(lower(name))))
      return revision;
  }
  if ((name == "edit" || name == "0") && !change.edits.empty())
    throw http::NotImplemented("an edit as a revision");
  throw HttpError(404, "Not found: " + name);
}

std::vector<Endpoint> revision_endpoints() {
  return {{"GET", "/changes/{id}/revisions/{revision}/commit", get_commit},
          {"GET", "/changes/{id}/revisions/{revision}/review", get_review},
          {"GET", "/changes/{id}/revisions/{revision}/related", related},
          {"GET", "/changes/{id}/comments", change_comments},
          {"GET", "/changes/{id}/revisions/{revision}/comments", revision_comments},
          {"GET", "/changes/{id}/revisions/{revision}/comments/{comment}", comment}};
}

}  // namespace fakes::gerrit
