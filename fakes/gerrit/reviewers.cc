#include "gerrit/reviewers.h"

#include <fmt/format.h>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

int known_reviewer(const Call& call, const Change& change) {
  const int account = account_of(call.state, call.param("reviewer"), call.caller, 404);
  if (!change.reviewers.contains(account)) throw HttpError(404, "Not found: " + call.param("reviewer"));
  return account;
}

Response list(Call& call) {
  const auto& change = call.state.change(call.param("id"));
  Json all = Json::array();
  for (const auto& [account, role] : change.reviewers) all.push_back(reviewer_info(call, change, account));
  return call.json(200, all);
}

Response get(Call& call) {
  const auto& change = call.state.change(call.param("id"));
  return call.json(200, Json::array({reviewer_info(call, change, known_reviewer(call, change))}));
}

Response add(Call& call) {
  call.user();
  auto& change = call.state.change(call.param("id"));
  const auto order = reviewer_order(call, Input::of(call.request, "reviewer"));
  if (!order.error.empty()) return call.json(400, refusal(order));
  return call.json(200, apply(call, change, order));
}

Response remove(Call& call) {
  call.user();
  auto& change = call.state.change(call.param("id"));
  const int account = known_reviewer(call, change);
  if (change.status == Status::kMerged) throw HttpError(409, "change is merged");
  apply(call, change, {.input = call.param("reviewer"), .error = "", .account = account, .remove = true});
  return {.status = 204};
}

}  // namespace

ReviewerOrder reviewer_order(const Call& call, const Input& input) {
  ReviewerOrder order{.input = input.text("reviewer"), .error = ""};
  const auto state = input.one_of("state", {"REVIEWER", "CC", "REMOVED"});
  input.one_of("notify", {"NONE", "OWNER", "OWNER_REVIEWERS", "ALL"});
  if (order.input.empty()) throw HttpError(400, "missing reviewer field");
  order.remove = state == "REMOVED";
  order.role = state == "CC" ? Role::kCc : Role::kReviewer;
  const auto found = find_accounts(call.state, order.input, call.caller);
  if (found.size() == 1)
    order.account = found[0];
  else
    order.error = fmt::format("Account '{0}' {1}\n{0} does not identify a registered user or group",
                              order.input, found.empty() ? "not found" : "is ambiguous");
  return order;
}

Json apply(const Call& call, Change& change, const ReviewerOrder& order) {
  Json result{{"input", order.input}};
  const auto before = change.reviewers.find(order.account);
  if (order.remove) {
    if (before == change.reviewers.end()) return result;
    change.reviewers.erase(before);
    for (auto& [label, votes] : change.current().votes) votes.erase(order.account);
    result["removed"] = account_info(call.state, order.account, true);
  } else {
    if (before != change.reviewers.end() && before->second == order.role) return result;
    change.reviewers[order.account] = order.role;
    result[order.role == Role::kCc ? "ccs" : "reviewers"] =
        Json::array({reviewer_info(call, change, order.account)});
  }
  touch(change, call.state.now());
  return result;
}

Json refusal(const ReviewerOrder& order) { return {{"input", order.input}, {"error", order.error}}; }

std::vector<Endpoint> reviewer_endpoints() {
  return {{"GET", "/changes/{id}/reviewers", list},
          {"POST", "/changes/{id}/reviewers", add, "reviewer state confirmed notify notify_details"},
          {"GET", "/changes/{id}/reviewers/{reviewer}", get},
          {"DELETE", "/changes/{id}/reviewers/{reviewer}", remove, "notify notify_details"},
          {"POST", "/changes/{id}/reviewers/{reviewer}/delete", remove, "notify notify_details"}};
}

}  // namespace fakes::gerrit
