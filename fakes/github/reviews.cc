// Reviews of a pull request, and who is asked for one.
#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/changes.h"
#include "github/events.h"
#include "github/people.h"
#include "github/review_comments.h"
#include "github/text.h"

namespace fakes::github {

namespace {

/// The state that an event of a request leads to.
std::string state_after(const std::string& event) {
  if (event == "APPROVE") return "APPROVED";
  if (event == "REQUEST_CHANGES") return "CHANGES_REQUESTED";
  if (event == "COMMENT") return "COMMENTED";
  throw invalid("PullRequestReview", "event");
}

void check(const Call& call, const Issue& issue, const std::string& state, const std::string& body,
           bool has_comments) {
  check_length(body, kLongestBody, "PullRequestReview", "body");
  const bool own = lower(call.actor) == lower(issue.user);
  if (own && state == "APPROVED")
    throw ApiError(422, "Unprocessable Entity", Json::array({"Can not approve your own pull request"}));
  if (own && state == "CHANGES_REQUESTED")
    throw ApiError(422, "Unprocessable Entity",
                   Json::array({"Can not request changes on your own pull request"}));
  if (body.empty() && !has_comments && (state == "CHANGES_REQUESTED" || state == "COMMENTED"))
    throw invalid("PullRequestReview", "body", "missing_field");
}

void tell(Call& call, Repository& repository, const Issue& issue, const Review& review,
          const std::string& action) {
  Json json = call.view.review(repository, issue, review);
  json["state"] = lower(review.state);
  emit(call, repository, "pull_request_review",
       {{"action", action}, {"review", json}, {"pull_request", call.view.pull(repository, issue, false)}});
}

void submit(Call& call, Repository& repository, Issue& issue, Review& review) {
  review.submitted = now();
  std::erase_if(issue.pull->reviewers, [&](const auto& login) { return lower(login) == lower(review.user); });
  call.state.touch(issue);
  note(call, issue, "reviewed", {{"review_id", review.id}, {"state", lower(review.state)}});
  tell(call, repository, issue, review, "submitted");
}

Reply create(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  const auto fields = call.fields("PullRequestReview");
  const auto event = fields.text("event");
  std::vector<ReviewComment> comments;
  for (const auto& one : fields.objects("comments")) comments.push_back(review_comment_of(one));
  Review given{.body = fields.text("body").value_or(""),
               .state = event && !event->empty() ? state_after(*event) : "PENDING",
               .commit = fields.text("commit_id").value_or(issue.pull->head.sha)};
  check(call, issue, given.state, given.body, !comments.empty());
  if (!repository.commits.contains(lower(given.commit))) throw invalid("PullRequestReview", "commit_id");
  const auto pending = [&](const auto& one) {
    return one.second.state == "PENDING" && lower(one.second.user) == lower(call.actor);
  };
  if (std::any_of(issue.pull->reviews.begin(), issue.pull->reviews.end(), pending))
    throw ApiError(422, "Unprocessable Entity",
                   Json::array({"User can only have one pending review per pull request"}));
  for (const auto& comment : comments) check_review_comment(call, repository, issue, comment);
  given.id = call.state.next_id();
  given.user = call.state.user(call.actor).login;
  auto& review = issue.pull->reviews[given.id] = given;
  for (auto& comment : comments) {
    comment.review = given.id;
    comment.commit = comment.original_commit = given.commit;
    add_review_comment(call, repository, issue, std::move(comment), review.state != "PENDING");
  }
  if (review.state != "PENDING") submit(call, repository, issue, review);
  return {.body = call.view.review(repository, issue, review)};
}

bool visible(const Call& call, const Review& review) {
  return review.state != "PENDING" || lower(review.user) == lower(call.actor);
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const auto& issue = call.pull(repository);
  std::vector<const Review*> all;
  for (const auto& [id, review] : issue.pull->reviews)
    if (visible(call, review)) all.push_back(&review);
  return paged(call, all, [&](const Review* one) { return call.view.review(repository, issue, *one); });
}

Review& found(Call& call, Issue& issue) {
  const auto review = issue.pull->reviews.find(call.id("review"));
  if (review == issue.pull->reviews.end() || !visible(call, review->second)) throw not_found();
  return review->second;
}

Reply get(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  return {.body = call.view.review(repository, issue, found(call, issue))};
}

Reply submit_pending(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  auto& review = found(call, issue);
  const auto fields = call.fields("PullRequestReview");
  const std::string state = state_after(fields.required("event")),
                    body = fields.text("body").value_or(review.body);
  if (review.state != "PENDING") throw custom("PullRequestReview", "The review was submitted already.");
  const auto& comments = issue.pull->comments;
  check(call, issue, state, body, std::any_of(comments.begin(), comments.end(), [&](const auto& one) {
          return one.second.review == review.id;
        }));
  review.state = state;
  review.body = body;
  submit(call, repository, issue, review);
  return {.body = call.view.review(repository, issue, review)};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  auto& review = found(call, issue);
  review.body = call.fields("PullRequestReview").required("body");
  tell(call, repository, issue, review, "edited");
  return {.body = call.view.review(repository, issue, review)};
}

Reply dismiss(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  auto& review = found(call, issue);
  const auto fields = call.fields("PullRequestReview");
  fields.required("message");
  if (fields.text("event").value_or("DISMISS") != "DISMISS") throw invalid("PullRequestReview", "event");
  if (review.state != "APPROVED" && review.state != "CHANGES_REQUESTED")
    throw ApiError(422, "Can not dismiss a " + lower(review.state) + " pull request review");
  review.state = "DISMISSED";
  call.state.touch(issue);
  tell(call, repository, issue, review, "dismissed");
  return {.body = call.view.review(repository, issue, review)};
}

Reply remove_pending(Call& call) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  const Review review = found(call, issue);
  if (review.state != "PENDING") throw ApiError(422, "Can not delete a non-pending pull request review");
  issue.pull->reviews.erase(review.id);
  std::erase_if(issue.pull->comments, [&](const auto& one) { return one.second.review == review.id; });
  return {.body = call.view.review(repository, issue, review)};
}

Reply requested(Call& call) {
  auto& repository = call.repository();
  const Json pull = call.view.pull(repository, call.pull(repository), false);
  return {.body = {{"users", pull["requested_reviewers"]}, {"teams", pull["requested_teams"]}}};
}

/// Adds or removes names; the event is told for each.
Reply request(Call& call, bool add) {
  auto& repository = call.repository();
  auto& issue = call.pull(repository);
  const auto fields = call.fields("PullRequest");
  const auto logins = fields.list("reviewers").value_or(std::vector<std::string>{}),
             teams = fields.list("team_reviewers").value_or(std::vector<std::string>{});
  for (const auto& login : logins) {
    if (!is_login(login)) throw ApiError(422, "Reviews may only be requested from collaborators.");
    if (add && lower(login) == lower(issue.user))
      throw ApiError(422, "Review cannot be requested from pull request author.");
  }
  for (const auto& team : teams)
    if (add && !call.state.data.lenient && !team_of(call.state, repository, team))
      throw ApiError(422,
                     "Reviews may only be requested from collaborators. One or more of the teams you "
                     "specified is not a collaborator of the " +
                         repository.full_name() + " repository.");
  if (add)
    for (const auto& login : logins) call.state.user(login);  // who is named in answers is there
  const auto change = [&](std::vector<std::string>& all, const std::string& name) {
    const auto same = [&](const auto& one) { return lower(one) == lower(name); };
    const bool there = std::any_of(all.begin(), all.end(), same);
    if (there == add) return false;
    if (add) all.push_back(name);
    if (!add) std::erase_if(all, same);
    call.state.touch(issue);
    return true;
  };
  const std::string noted = add ? "review_requested" : "review_request_removed";
  for (const auto& login : logins)
    note(call, issue, noted,
         {{"requested_reviewer", call.view.user(login)}, {"review_requester", call.view.user(call.actor)}});
  const std::string action = add ? "review_requested" : "review_request_removed";
  for (const auto& login : logins)
    if (change(issue.pull->reviewers, login))
      emit_issue(call, repository, issue, action, {{"requested_reviewer", call.view.user(login)}});
  for (const auto& team : teams)
    if (change(issue.pull->teams, team))
      emit_issue(call, repository, issue, action,
                 {{"requested_team", call.view.asked_team(repository, team)}});
  return {.status = add ? 201 : 200, .body = call.view.pull(repository, issue, false)};
}

}  // namespace

void add_review_routes(Api& api) {
  const std::string reviews = "/repos/{owner}/{repo}/pulls/{number}/reviews";
  api.on("POST", reviews,
         "commit_id body event comments comments[].path comments[].position comments[].body comments[].line "
         "comments[].side comments[].start_line comments[].start_side +raw",
         create);
  api.on("GET", reviews, "?page ?per_page +raw", list);
  api.on("GET", reviews + "/{review}", "+raw", get);
  api.on("DELETE", reviews + "/{review}", "", remove_pending);
  api.on("PUT", reviews + "/{review}", "body +raw", edit);
  api.on("POST", reviews + "/{review}/events", "body event", submit_pending);
  api.on("PUT", reviews + "/{review}/dismissals", "message event", dismiss);
}

void add_reviewer_routes(Api& api) {
  const std::string reviewers = "/repos/{owner}/{repo}/pulls/{number}/requested_reviewers";
  api.on("GET", reviewers, "", requested);
  api.on("POST", reviewers, "reviewers team_reviewers", [](Call& call) { return request(call, true); });
  api.on("DELETE", reviewers, "reviewers team_reviewers", [](Call& call) { return request(call, false); });
}

}  // namespace fakes::github
