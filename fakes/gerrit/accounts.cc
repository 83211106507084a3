#include <fmt/format.h>

#include <sstream>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/routes.h"
#include "gerrit/timestamp.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

constexpr int kLimit = 500, kSuggestions = 10;

const Account& account(const Call& call) {
  return call.state.accounts.at(account_of(call.state, call.param("id"), call.caller, 404));
}

Response get(Call& call) { return call.json(200, account_info(call.state, account(call).id, true)); }

Response get_detail(Call& call) {
  const auto& one = account(call);
  auto info = account_info(call.state, one.id, true);
  info["registered_on"] = format_time(one.registered);
  return call.json(200, info);
}

Response get_name(Call& call) { return call.json(200, account(call).name); }

Response get_username(Call& call) {
  const auto& one = account(call);
  if (one.username.empty()) throw HttpError(404, "Not found");
  return call.json(200, one.username);
}

/// The words of a name begin so.
bool name_begins(const std::string& name, const std::string& word) {
  std::istringstream parts(lower(name));
  for (std::string part; parts >> part;)
    if (part.starts_with(lower(word))) return true;
  return false;
}

bool matches(const Account& account, const std::string& term) {
  const auto colon = term.find(':');
  const std::string field = colon == std::string::npos ? "" : term.substr(0, colon);
  const std::string value = colon == std::string::npos ? term : term.substr(colon + 1);
  if (field == "name") return name_begins(account.name, value);
  if (field == "email") return lower(account.email).starts_with(lower(value));
  if (field == "username") return account.username == value;
  if (field == "is" && value == "active") return true;
  if (field == "is" && value == "inactive") return false;
  if (!field.empty()) throw HttpError(400, fmt::format("Unsupported operator {}", term));
  return name_begins(account.name, value) || lower(account.email).starts_with(lower(value)) ||
         lower(account.username).starts_with(lower(value)) || std::to_string(account.id) == value;
}

Response list(Call& call) {
  const bool suggest = call.query.find("suggest").has_value();
  const std::string text = call.query.get("q", call.query.get("query"));
  std::istringstream words(text);
  std::vector<std::string> terms;
  for (std::string word; words >> word;) terms.push_back(word);
  if (terms.empty()) throw HttpError(400, "missing query field");
  bool detailed = suggest;
  for (const auto& option : call.query.all("o")) {
    if (option != "DETAILS" && option != "ALL_EMAILS")
      throw HttpError(400, fmt::format("\"{}\" is not a valid value for \"-o\"", option));
    detailed = true;
  }
  for (const auto& term : terms) matches({}, term);  // a query that is wrong is wrong without accounts too
  int skip = call.number("S", "start").value_or(0);
  const int limit = call.number("n", "limit").value_or(suggest ? kSuggestions : kLimit);
  Json found = Json::array();
  for (const auto& [id, one] : call.state.accounts) {
    bool all = true;
    for (const auto& term : terms) all = all && matches(one, term);
    if (!all || skip-- > 0) continue;
    if (found.size() == static_cast<std::size_t>(limit)) {
      if (!found.empty()) found.back()["_more_accounts"] = true;
      break;
    }
    found.push_back(account_info(call.state, id, detailed));
  }
  return call.json(200, found);
}

}  // namespace

std::vector<Endpoint> account_endpoints() {
  return {{"GET", "/accounts", list, "?q ?query ?n ?limit ?S ?start ?o ?suggest"},
          {"GET", "/accounts/{id}", get},
          {"GET", "/accounts/{id}/detail", get_detail},
          {"GET", "/accounts/{id}/name", get_name},
          {"GET", "/accounts/{id}/username", get_username}};
}

}  // namespace fakes::gerrit
