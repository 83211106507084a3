#include "gerrit/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "gerrit/ids.h"
#include "http/message.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

bool has_commit(const Change& change, const std::string& prefix) {
  return std::any_of(change.revisions.begin(), change.revisions.end(),
                     [&](const Revision& revision) { return revision.sha.starts_with(prefix); });
}

}  // namespace

std::string name_of(Status status) {
  switch (status) {
    case Status::kNew:
      return "new";
    case Status::kMerged:
      return "merged";
    case Status::kAbandoned:
      return "abandoned";
  }
  return "";
}

Time State::now() {
  using namespace std::chrono;
  return last_time = std::max(floor<microseconds>(system_clock::now()), last_time + microseconds(1));
}

int State::login(const std::string& username) {
  for (const auto& [id, account] : accounts)
    if (account.username == username) return id;
  const int id = next_account++;
  accounts[id] = {.id = id,
                  .username = username,
                  .name = username,
                  .email = username.find('@') == std::string::npos ? username + "@example.com" : username,
                  .registered = now()};
  return id;
}

Project& State::project(const std::string& name) {
  const auto found = projects.find(name);
  if (found == projects.end()) throw HttpError(404, "Not found: " + name);
  return found->second;
}

Change& State::change(const std::string& id) {
  const auto found = find_changes(*this, id);
  if (found.empty()) throw HttpError(404, "Not found: " + id);
  if (found.size() > 1) throw HttpError(404, "Multiple changes found for " + id);
  return changes.at(found[0]);
}

void touch(Change& change, Time time) {
  // A test may have said that a change is of tomorrow, so that whoever looks for news sees it; what happens
  // now does not undo that.
  change.updated = change.given.is_null() ? time : std::max(change.updated, time);
}

Message& say(Change& change, std::optional<int> author, Time time, const std::string& text,
             const std::string& tag) {
  change.messages.push_back(
      {.id = sha1_hex(fmt::format("message {} {}", change.number, change.messages.size())),
       .text = text,
       .tag = tag,
       .author = author,
       .date = time,
       .revision = change.current().number});
  touch(change, time);
  return change.messages.back();
}

std::vector<int> find_accounts(const State& state, const std::string& text, std::optional<int> caller) {
  if (text == "self" || text == "me") return caller ? std::vector<int>{*caller} : std::vector<int>{};
  if (is_number(text) && state.accounts.contains(std::stoi(text))) return {std::stoi(text)};
  std::string email = text;
  if (const auto begin = text.find('<'); begin != std::string::npos && text.ends_with('>'))
    email = text.substr(begin + 1, text.size() - begin - 2);
  std::vector<int> by_name;
  for (const auto& [id, account] : state.accounts) {
    if (account.username == text || (!account.email.empty() && account.email == email)) return {id};
    if (account.name == text) by_name.push_back(id);
  }
  return by_name;
}

int account_of(const State& state, const std::string& text, std::optional<int> caller, int status) {
  const auto found = find_accounts(state, text, caller);
  if (found.size() == 1) return found[0];
  if (text == "self" || text == "me")
    throw HttpError(403, fmt::format("Resolving account '{}' requires login", text));
  if (found.empty()) throw HttpError(status, fmt::format("Account '{}' not found", text));
  std::string list;
  for (size_t i = 0; i < found.size() && i < 3; ++i) {
    const auto& account = state.accounts.at(found[i]);
    list += fmt::format("\n{}: {} <{}>", account.id, account.name, account.email);
  }
  throw HttpError(status, fmt::format("Account '{}' is ambiguous (at most 3 shown):{}", text, list));
}

std::vector<int> find_changes(const State& state, const std::string& id) {
  const auto last = id.rfind('~');
  const auto first = last == std::string::npos || last == 0 ? std::string::npos : id.rfind('~', last - 1);
  const std::string tail = last == std::string::npos ? id : id.substr(last + 1);
  std::vector<int> found;
  const auto add = [&](auto&& meant) {
    for (const auto& [number, change] : state.changes)
      if (meant(change)) found.push_back(number);
  };
  if (id.empty()) return {};
  add([&](const Change& c) {
    return !c.given.is_null() && (c.change_id == id || c.given.value("id", "") == id);
  });
  if (!found.empty()) return found;
  if (first != std::string::npos) {
    const std::string branch = short_name(id.substr(first + 1, last - first - 1));
    add([&](const Change& c) {
      return c.project == id.substr(0, first) && c.branch == branch && c.change_id == tail;
    });
  } else if (is_number(tail)) {
    const auto change = state.changes.find(std::stoi(tail));
    if (change != state.changes.end() &&
        (last == std::string::npos || change->second.project == id.substr(0, last)))
      found.push_back(change->first);
  } else if (last == std::string::npos) {
    if (id.size() >= 7 && id.size() <= 40 && is_hex(id)) {
      add([&](const Change& c) { return has_commit(c, lower(id)); });
    } else if (id.starts_with('I') && is_hex(id.substr(1))) {
      add([&](const Change& c) { return c.change_id.starts_with(id); });
    }
  }
  return found;
}

const Label* find_label(const Project& project, std::string& name) {
  for (const auto& [known, label] : project.labels) {
    if (lower(known) != lower(name)) continue;
    name = known;
    return &label;
  }
  return nullptr;
}

std::map<std::string, Label> default_labels() {
  return {{"Code-Review",
           {.values = {{-2, "This shall not be submitted"},
                       {-1, "I would prefer this is not submitted as is"},
                       {0, "No score"},
                       {1, "Looks good to me, but someone else must approve"},
                       {2, "Looks good to me, approved"}}}}};
}

}  // namespace fakes::gerrit
