// Comments on lines of a pull request.
#include "github/review_comments.h"

#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/difference.h"
#include "github/events.h"
#include "github/lines.h"
#include "github/text.h"

namespace fakes::github {

namespace {

constexpr const char* kResource = "PullRequestReviewComment";

struct Found {
  Issue& issue;
  ReviewComment& comment;
};

std::string body_of(const Fields& fields) {
  std::string body = fields.required("body");
  check_length(body, kLongestBody, kResource, "body");
  return body;
}

/// Where a comment has a place: a line of the diff, or a position in it. What a seed gives without hunks may
/// have any.
void check_place(const std::string& patch, const ReviewComment& comment) {
  if (comment.subject == "file" || !patch.starts_with("@@")) return;
  const auto lines = commentable_lines(patch);
  if (!comment.line && !comment.position) throw invalid(kResource, "line", "missing_field");
  if (comment.position && !comment.line && *comment.position >= static_cast<int>(lines_of(patch).size()))
    throw invalid(kResource, "position");
  const auto is_there = [&](int line, const std::string& side) { return lines.contains({side, line}); };
  if (comment.line && !is_there(*comment.line, comment.side))
    throw invalid(kResource, "line", "custom", "line must be part of the diff");
  if (comment.start_line && !is_there(*comment.start_line, comment.start_side.value_or(comment.side)))
    throw invalid(kResource, "start_line", "custom", "start_line must be part of the same hunk as the line.");
}

Found found(Call& call, Repository& repository) {
  const Id id = call.id("comment");
  for (auto& [number, issue] : repository.issues)
    if (issue.pull)
      if (const auto place = issue.pull->comments.find(id); place != issue.pull->comments.end())
        return {issue, place->second};
  throw not_found();
}

bool is_visible(const Call& call, const Issue& issue, const ReviewComment& comment) {
  const auto review = issue.pull->reviews.find(comment.review);
  return review == issue.pull->reviews.end() || review->second.state != "PENDING" ||
         lower(comment.user) == lower(call.actor);
}

/// What the pull request does to the comment's file.
std::string patch_under(const Call& call, const Repository& repository, const Issue& issue,
                        const ReviewComment& comment) {
  const Json files = files_of_pull(call.state.data.objects, repository, *issue.pull);
  const auto file = std::find_if(files.begin(), files.end(),
                                 [&](const Json& one) { return one.at("filename") == comment.path; });
  if (file == files.end()) throw invalid(kResource, "path");
  return file->value("patch", "");
}

void tell(Call& call, Repository& repository, const Issue& issue, const ReviewComment& comment,
          const std::string& action) {
  emit(call, repository, "pull_request_review_comment",
       {{"action", action},
        {"comment", call.view.review_comment(repository, issue, comment)},
        {"pull_request", call.view.pull(repository, issue, false)}});
}

Reply created(Call& call, Repository& repository, const Issue& issue, const ReviewComment& comment) {
  const Json json = call.view.review_comment(repository, issue, comment);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

ReviewComment reply_to(Call& call, const Issue& issue, Id id, const std::string& body) {
  const auto parent = issue.pull->comments.find(id);
  if (parent == issue.pull->comments.end()) throw not_found();
  ReviewComment comment = parent->second;
  comment.in_reply_to = comment.in_reply_to == 0 ? comment.id : comment.in_reply_to;
  comment.body = body;
  comment.reactions.clear();
  call.state.user(call.actor);
  return comment;
}

/// It stands in a review of its own, as GitHub makes one.
Reply add(Call& call, Repository& repository, Issue& issue, ReviewComment comment) {
  check_review_comment(call, repository, issue, comment);
  const Id review = call.state.next_id();
  issue.pull->reviews[review] = {.id = review,
                                 .user = call.state.user(call.actor).login,
                                 .body = "",
                                 .state = "COMMENTED",
                                 .commit = comment.commit,
                                 .submitted = now()};
  comment.review = review;
  return created(call, repository, issue,
                 add_review_comment(call, repository, issue, std::move(comment), true));
}

Reply create(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  const auto fields = call.fields("PullRequestReviewComment");
  ReviewComment comment = review_comment_of(fields);
  const std::string subject = fields.text("subject_type").value_or("line");
  const auto in_reply_to = fields.number("in_reply_to");
  const auto commit = fields.text("commit_id");
  if (in_reply_to) return add(call, repository, issue, reply_to(call, issue, *in_reply_to, comment.body));
  if (subject != "line" && subject != "file") throw invalid("PullRequestReviewComment", "subject_type");
  if (!commit) throw invalid("PullRequestReviewComment", "commit_id", "missing_field");
  if (subject == "line" && !comment.line && !comment.position)
    throw invalid("PullRequestReviewComment", "line", "missing_field");
  comment.subject = subject;
  comment.commit = comment.original_commit = lower(*commit);
  if (!repository.commits.contains(comment.commit)) throw invalid("PullRequestReviewComment", "commit_id");
  return add(call, repository, issue, std::move(comment));
}

Reply reply(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  return add(call, repository, issue,
             reply_to(call, issue, call.id("comment"), body_of(call.fields(kResource))));
}

using Listed = std::pair<const Issue*, const ReviewComment*>;

Reply sorted(Call& call, const Repository& repository, std::vector<Listed> all) {
  const std::string key = call.query.get("sort", "created");
  const bool ascending = asks_ascending(call, true, "PullRequestReviewComment");
  const auto since = asked_time(call, "since", "PullRequestReviewComment");
  if (key != "created" && key != "updated" && key != "created_at")
    throw invalid("PullRequestReviewComment", "sort");
  std::erase_if(all, [&](const Listed& one) { return since && one.second->updated < *since; });
  const auto rank = [&](const Listed& one) {
    return std::pair(key == "updated" ? one.second->updated : one.second->created, one.second->id);
  };
  std::sort(all.begin(), all.end(), [&](const Listed& a, const Listed& b) {
    return ascending ? rank(a) < rank(b) : rank(b) < rank(a);
  });
  return paged(call, all, [&](const Listed& one) {
    return call.view.review_comment(repository, *one.first, *one.second);
  });
}

std::vector<Listed> of_pull(const Call& call, const Issue& issue) {
  std::vector<Listed> all;
  for (const auto& [id, comment] : issue.pull->comments)
    if (is_visible(call, issue, comment)) all.emplace_back(&issue, &comment);
  return all;
}

Reply list(Call& call) {
  auto& repository = call.repository();
  return sorted(call, repository, of_pull(call, call.pull(repository)));
}

Reply list_of_repository(Call& call) {
  auto& repository = call.repository();
  std::vector<Listed> all;
  for (const auto& [number, issue] : repository.issues)
    if (issue.pull)
      for (const auto& one : of_pull(call, issue)) all.push_back(one);
  return sorted(call, repository, std::move(all));
}

Reply list_of_review(Call& call) {
  auto& repository = call.repository();
  const auto& issue = call.pull(repository);
  const Id review = call.id("review");
  if (!issue.pull->reviews.contains(review)) throw not_found();
  auto all = of_pull(call, issue);
  std::erase_if(all, [&](const Listed& one) { return one.second->review != review; });
  return paged(call, all, [&](const Listed& one) {
    return call.view.review_comment(repository, *one.first, *one.second);
  });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  const auto [issue, comment] = found(call, repository);
  return {.body = call.view.review_comment(repository, issue, comment)};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  const auto [issue, comment] = found(call, repository);
  comment.body = body_of(call.fields(kResource));
  comment.updated = now();
  call.state.touch(issue);
  tell(call, repository, issue, comment, "edited");
  return {.body = call.view.review_comment(repository, issue, comment)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const auto [issue, comment] = found(call, repository);
  const ReviewComment gone = comment;
  issue.pull->comments.erase(gone.id);
  call.state.touch(issue);
  tell(call, repository, issue, gone, "deleted");
  return {.status = 204};
}

}  // namespace

ReviewComment review_comment_of(const Fields& fields) {
  const char* resource = "PullRequestReviewComment";
  const auto number = [&](const char* name) -> std::optional<int> {
    const auto value = fields.number(name);
    if (value && (*value < 1 || *value > 100'000'000)) throw invalid(resource, name);
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
  };
  const auto side = [&](const char* name) {
    const auto value = fields.text(name);
    if (value && *value != "LEFT" && *value != "RIGHT") throw invalid(resource, name);
    return value;
  };
  ReviewComment comment{.body = body_of(fields), .path = fields.text("path").value_or("")};
  comment.line = number("line");
  comment.start_line = number("start_line");
  comment.position = number("position");
  comment.side = side("side").value_or("RIGHT");
  comment.start_side = side("start_side");
  if (comment.start_line && !comment.line) throw invalid(resource, "start_line");
  return comment;
}

void check_review_comment(const Call& call, const Repository& repository, const Issue& issue,
                          const ReviewComment& comment) {
  const std::string patch = patch_under(call, repository, issue, comment);
  if (comment.in_reply_to == 0) check_place(patch, comment);
}

ReviewComment& add_review_comment(Call& call, Repository& repository, Issue& issue, ReviewComment comment,
                                  bool told) {
  check_review_comment(call, repository, issue, comment);
  comment.hunk = patch_under(call, repository, issue, comment);
  comment.id = call.state.next_id();
  comment.user = call.state.user(call.actor).login;
  comment.created = comment.updated = now();
  auto& added = issue.pull->comments[comment.id] = std::move(comment);
  call.state.touch(issue);
  if (told) tell(call, repository, issue, added, "created");
  return added;
}

void add_review_comment_routes(Api& api) {
  const std::string pulls = "/repos/{owner}/{repo}/pulls", one = pulls + "/comments/{comment}",
                    list_of = "?sort ?direction ?since ?page ?per_page +raw";
  api.on("GET", pulls + "/{number}/comments", list_of, list);
  api.on("POST", pulls + "/{number}/comments",
         "body commit_id path position side line start_line start_side in_reply_to subject_type +raw",
         create);
  api.on("POST", pulls + "/{number}/comments/{comment}/replies", "body", reply);
  api.on("GET", pulls + "/comments", list_of, list_of_repository);
  api.on("GET", one, "+raw", get);
  api.on("PATCH", one, "body +raw", edit);
  api.on("DELETE", one, "", remove);
  api.on("GET", pulls + "/{number}/reviews/{review}/comments", "?page ?per_page +raw", list_of_review);
}

}  // namespace fakes::github
