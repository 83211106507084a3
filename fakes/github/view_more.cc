// The JSON of what hangs on issues, and of apps.
#include "github/people.h"
#include "github/reactions.h"
#include "github/text.h"
#include "github/view.h"

namespace fakes::github {

Json View::milestone(const Repository& r, const Milestone& m) const {
  const std::string api = url(r) + "/milestones/" + std::to_string(m.number);
  int open = 0, closed = 0;
  for (const auto& [number, issue] : r.issues)
    if (issue.milestone == m.number) ++(issue.open ? open : closed);
  return {{"id", m.id},
          {"node_id", node_id("Milestone", m.id)},
          {"number", m.number},
          {"title", m.title},
          {"description", or_null(m.description)},
          {"state", m.open ? "open" : "closed"},
          {"creator", user(m.creator)},
          {"open_issues", open},
          {"closed_issues", closed},
          {"created_at", iso_time(m.created)},
          {"updated_at", iso_time(m.updated)},
          {"closed_at", time_or_null(m.closed)},
          {"due_on", time_or_null(m.due)},
          {"url", api},
          {"html_url", html_url(r) + "/milestone/" + std::to_string(m.number)},
          {"labels_url", api + "/labels"}};
}

Json View::reactions(const std::string& of, const Reactions& reactions) const {
  Json json{{"url", of + "/reactions"}, {"total_count", reactions.size()}};
  for (const char* content : kReactions) json[content] = 0;
  for (const auto& [id, one] : reactions) json[one.content] = json[one.content].get<int>() + 1;
  return json;
}

Json View::reaction(const Reaction& r) const {
  return {{"id", r.id},
          {"node_id", node_id("Reaction", r.id)},
          {"user", user(r.user)},
          {"content", r.content},
          {"created_at", iso_time(r.created)}};
}

Json View::review_comment(const Repository& r, const Issue& i, const ReviewComment& c) const {
  const std::string id = std::to_string(c.id), api = url(r) + "/pulls/comments/" + id,
                    pull_url = url(r) + "/pulls/" + std::to_string(i.number),
                    html = html_url(r) + "/pull/" + std::to_string(i.number) + "#discussion_r" + id;
  Json json{
      {"id", c.id},
      {"node_id", node_id("PullRequestReviewComment", c.id)},
      {"pull_request_review_id", c.review},
      {"url", api},
      {"html_url", html},
      {"pull_request_url", pull_url},
      {"diff_hunk", c.hunk},
      {"path", c.path},
      {"position", or_null(c.position)},
      {"original_position", or_null(c.position)},
      {"line", or_null(c.line)},
      {"original_line", or_null(c.line)},
      {"start_line", or_null(c.start_line)},
      {"original_start_line", or_null(c.start_line)},
      {"side", c.side},
      {"start_side", or_null(c.start_side)},
      {"subject_type", c.subject},
      {"commit_id", c.commit},
      {"original_commit_id", c.original_commit},
      {"user", user(c.user)},
      {"body", c.body},
      {"created_at", iso_time(c.created)},
      {"updated_at", iso_time(c.updated)},
      {"author_association", association_of(state_, r, c.user)},
      {"reactions", reactions(api, c.reactions)},
      {"_links",
       {{"self", {{"href", api}}}, {"html", {{"href", html}}}, {"pull_request", {{"href", pull_url}}}}}};
  if (c.in_reply_to != 0) json["in_reply_to_id"] = c.in_reply_to;
  return json;
}

Json View::app(const App& a) const {
  Json permissions = Json::object();
  for (const auto& [name, value] : a.permissions) permissions[name] = value;
  return {{"id", a.id},
          {"slug", a.slug},
          {"node_id", node_id("App", a.id)},
          {"client_id", a.client_id},
          {"owner", user(a.owner)},
          {"name", a.name},
          {"description", nullptr},
          {"external_url", urls_.web + "/" + a.slug},
          {"html_url", urls_.web + "/apps/" + a.slug},
          {"created_at", iso_time(a.created)},
          {"updated_at", iso_time(a.created)},
          {"permissions", permissions},
          {"events", a.events}};
}

}  // namespace fakes::github
