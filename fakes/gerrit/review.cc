#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/review_comments.h"
#include "gerrit/reviewers.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

/// A ReviewInput, checked: carrying it out cannot fail.
struct Review {
  int author = 0;
  std::map<std::string, int> labels;  ///< by their names as configured
  std::vector<Comment> comments;
  std::vector<ReviewerOrder> reviewers;
  std::string message, tag;
  bool ready = false, work_in_progress = false;
};

int voted(const Revision& revision, const std::string& label, int account) {
  const auto votes = revision.votes.find(label);
  if (votes == revision.votes.end() || !votes->second.contains(account)) return 0;
  return votes->second.at(account).value;
}

std::map<std::string, int> checked_labels(const Call& call, const Change& change, const Input& input) {
  std::map<std::string, int> labels;
  for (const auto& [given, value] : input.numbers("labels")) {
    std::string name = given;
    const auto* label = find_label(call.state.project_of(change), name);
    const bool known = label && (value == 0 || label->values.contains(value));
    if (known) {
      labels[name] = value;
    } else if (call.settings.strict_labels) {
      throw HttpError(400, label ? fmt::format("label \"{}\": {} is not a valid value", given, value)
                                 : fmt::format("label \"{}\" is not a configured label", given));
    }
  }
  return labels;
}

/// After submit votes can only be raised; an abandoned change takes none.
void check_closed(const Change& change, const Revision& revision, const Review& review) {
  if (change.status == Status::kNew) return;
  std::vector<std::string> reduced;
  bool changed = false;
  for (const auto& [label, value] : review.labels) {
    const int before = voted(revision, label, review.author);
    changed |= value != before;
    if (value < before) reduced.push_back(label);
  }
  if (changed && change.status == Status::kAbandoned) throw HttpError(409, "change is closed");
  if (!reduced.empty())
    throw HttpError(
        409, fmt::format("Cannot reduce vote on labels for closed change: {}", fmt::join(reduced, ", ")));
}

int author_of(const Call& call, const Input& input) {
  const int user = call.user();
  const auto other = input.text("on_behalf_of");
  if (other.empty()) return user;
  if (input.numbers("labels").empty())
    throw HttpError(403, fmt::format("label required to post review on behalf of \"{}\"", other));
  return account_of(call.state, other, user, 422);
}

Review checked_review(const Call& call, const Change& change, const Revision& revision, const Input& input) {
  input.one_of("notify", {"NONE", "OWNER", "OWNER_REVIEWERS", "ALL"});
  input.one_of("drafts", {"KEEP", "PUBLISH", "PUBLISH_ALL_REVISIONS"});
  Review review{.author = author_of(call, input),
                .labels = checked_labels(call, change, input),
                .message = input.text("message"),
                .tag = input.text("tag"),
                .ready = input.flag("ready"),
                .work_in_progress = input.flag("work_in_progress")};
  check_closed(change, revision, review);
  review.comments = checked_comments(change, revision, input, review.author, review.tag);
  for (const auto& one : input.objects("reviewers")) review.reviewers.push_back(reviewer_order(call, one));
  return review;
}

/// "Code-Review+2", "Verified-1", "-Verified" where a vote is taken back.
std::string vote_text(const std::string& label, int value) {
  return value == 0 ? "-" + label : label + score_text(value);
}

/// Sets the votes. Gives back what changed, as the message says it.
std::string set_votes(Change& change, Revision& revision, const Review& review, Time now) {
  std::string text;
  for (const auto& [label, value] : review.labels) {
    if (value == voted(revision, label, review.author)) continue;
    text.append(" ").append(vote_text(label, value));
    if (value == 0) {
      revision.votes[label].erase(review.author);
    } else {
      revision.votes[label][review.author] = {.value = value, .date = now, .tag = review.tag};
      change.reviewers[review.author] = Role::kReviewer;
    }
  }
  return text;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

void post_message(Change& change, Revision& revision, Review& review, const std::string& votes, int user,
                  Time now) {
  std::string text = votes;
  const auto count = review.comments.size();
  if (count > 0) text += fmt::format("\n\n({} comment{})", count, count == 1 ? "" : "s");
  if (const auto message = trimmed(review.message); !message.empty())
    text += "\n\n" + message;
  else if (review.ready)
    text += "\n\nThis change is ready for review.";
  if (text.empty()) return;
  const bool as_given = !change.given.is_null() && !review.message.empty();
  auto& message =
      say(change, review.author, now,
          as_given ? review.message : fmt::format("Patch Set {}:{}", revision.number, text), review.tag);
  message.revision = revision.number;
  if (user != review.author) message.real_author = user;
  for (auto& comment : review.comments) {
    comment.id = sha1_hex(fmt::format("comment {} {}", change.number, change.comments.size())).substr(0, 17);
    comment.id[8] = '_';
    comment.updated = now;
    comment.message_id = message.id;
    change.comments.push_back(comment);
  }
}

/// Carries it out. Gives back the results of adding reviewers.
Json carry_out(Call& call, Change& change, Revision& revision, Review& review) {
  const Time now = call.state.now();
  Json reviewers = Json::object();
  for (const auto& order : review.reviewers) reviewers[order.input] = apply(call, change, order);
  if (review.ready || review.work_in_progress) change.work_in_progress = review.work_in_progress;
  const auto votes = set_votes(change, revision, review, now);
  change.reviewers.emplace(review.author, Role::kCc);
  touch(change, now);
  post_message(change, revision, review, votes, call.user(), now);
  return reviewers;
}

Response post_review(Call& call) {
  call.user();
  auto& change = call.state.change(call.param("id"));
  auto& revision = revision_of(change, call.param("revision"));
  const auto input = Input::of(call.request);
  auto review = checked_review(call, change, revision, input);
  Json result = Json::object();
  for (const auto& order : review.reviewers) {
    if (!order.error.empty()) result["error"] = "error adding reviewer";
    result["reviewers"][order.input] = order.error.empty() ? Json{{"input", order.input}} : refusal(order);
  }
  if (review.ready && review.work_in_progress)
    result["error"] = "work_in_progress and ready are mutually exclusive";
  if (result.contains("error")) return call.json(400, result);
  auto reviewers = carry_out(call, change, revision, review);
  if (!reviewers.empty()) result["reviewers"] = reviewers;
  if (input.has("labels")) result["labels"] = review.labels;
  if (review.ready) result["ready"] = true;
  return call.json(200, result);
}

}  // namespace

std::vector<Endpoint> review_endpoints() {
  return {{"POST", "/changes/{id}/revisions/{revision}/review", post_review,
           "message tag labels comments drafts notify notify_details omit_duplicate_comments on_behalf_of "
           "reviewers "
           "reviewers[].reviewer reviewers[].state reviewers[].confirmed reviewers[].notify "
           "reviewers[].notify_details ready "
           "work_in_progress"}};
}

}  // namespace fakes::gerrit
