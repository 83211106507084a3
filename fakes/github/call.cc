#include "github/call.h"

#include <algorithm>
#include <charconv>

#include "github/text.h"

namespace fakes::github {

namespace {

constexpr const char* kDefaultActor = "ci-robot";

std::optional<Id> number(const std::string& text) {
  Id value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return {};
  return value;
}

std::string name_in(const std::string& token, const std::string& otherwise) {
  const std::string name = token.starts_with("login:") ? token.substr(6) : otherwise;
  if (token.empty() || !is_login(name)) throw ApiError(401, "Bad credentials");
  return name;
}

}  // namespace

std::string actor_of(const http::Request& request) {
  const std::string value = http::header(request.headers, "Authorization");
  if (value.empty()) return "";
  const auto space = value.find(' ');
  const std::string scheme = lower(value.substr(0, space)),
                    rest = space == std::string::npos ? "" : value.substr(space + 1);
  if (scheme == "token" || scheme == "bearer") return name_in(rest, kDefaultActor);
  const auto plain = scheme == "basic" ? base64_decoded(rest) : std::nullopt;
  const auto colon = plain ? plain->find(':') : std::string::npos;
  if (colon == std::string::npos) throw ApiError(401, "Bad credentials");
  const std::string user = plain->substr(0, colon), password = plain->substr(colon + 1);
  if (password == "x-oauth-basic" || password.empty())
    return name_in(user, kDefaultActor);  // the token may stand in either place
  return name_in(password, user.empty() ? kDefaultActor : user);
}

Fields Call::fields(const std::string& resource) const {
  if (!body.is_object()) throw ApiError(400, "Body should be a JSON object");
  return {body, resource};
}

Id Call::id(const std::string& name) const {
  const auto value = number(param(name));
  if (!value) throw not_found();
  return *value;
}

Repository& Call::repository() {
  Repository* found = state.find_repository(param("owner") + "/" + param("repo"));
  if (!found || (found->is_private && actor.empty())) throw not_found();
  return *found;
}

Issue& Call::issue(Repository& repository) {
  const Id wanted = id("number");
  const auto found = wanted > repository.last_number ? repository.issues.end()
                                                     : repository.issues.find(static_cast<int>(wanted));
  if (found == repository.issues.end()) throw not_found();
  return found->second;
}

Issue& Call::pull(Repository& repository) {
  auto& found = issue(repository);
  if (!found.pull) throw not_found();
  return found;
}

Page page_of(const Call& call, std::size_t total) {
  constexpr std::size_t kDefault = 30, kMost = 100;
  const auto size_of = [&](const char* name, std::size_t otherwise) {
    const int value = call.query.number(name).value_or(0);
    return value > 0 ? static_cast<std::size_t>(value) : otherwise;
  };
  const std::size_t size = std::min(size_of("per_page", kDefault), kMost), page = size_of("page", 1);
  const std::size_t last = std::max<std::size_t>(1, (total + size - 1) / size);
  Page result{std::min(total, (page - 1) * size), std::min(total, page * size), {}};
  if (last == 1 && page == 1) return result;
  const auto link = [&](std::size_t number, const char* rel) {
    std::string url = call.path + "?";
    for (const auto& [name, value] : call.query.pairs())
      if (name != "page") url += url_encoded(name) + "=" + url_encoded(value) + "&";
    return "<" + url + "page=" + std::to_string(number) + ">; rel=\"" + rel + "\"";
  };
  std::string links;
  const auto add = [&](std::size_t number, const char* rel) {
    links += (links.empty() ? "" : ", ") + link(number, rel);
  };
  if (page > 1) add(std::min(page - 1, last), "prev");
  if (page < last) add(page + 1, "next"), add(last, "last");
  if (page > 1) add(1, "first");
  result.headers.emplace_back("Link", links);
  return result;
}

}  // namespace fakes::github
