#include <fmt/format.h>

#include <algorithm>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/timestamp.h"

namespace fakes::gerrit {

namespace {

Json person_info(const Person& person) {
  return {
      {"name", person.name}, {"email", person.email}, {"date", format_time(person.date)}, {"tz", person.tz}};
}

/// The subject of a commit; "" of one that is known by its id alone.
std::string subject_of(const State& state, const std::string& project, const std::string& sha) {
  for (const auto& [number, change] : state.changes)
    for (const auto& revision : change.revisions)
      if (change.project == project && revision.sha == sha) return revision.commit.subject();
  return state.store->has(sha) ? state.store->read(sha).subject() : "";
}

/// Where the client has reached this server, perhaps through a gateway that takes a part of the path away.
std::string own_url(const http::Request& request) {
  const auto scheme = http::header(request.headers, "X-Forwarded-Proto");
  auto prefix = http::header(request.headers, "X-Forwarded-Prefix");
  while (prefix.ends_with('/')) prefix.pop_back();
  return fmt::format("{}://{}{}", scheme.empty() ? "http" : scheme, http::header(request.headers, "Host"),
                     prefix);
}

Json fetch_info(const Call& call, const Change& change, const Revision& revision, bool commands) {
  const auto ref = change_ref(change.number, revision.number);
  const auto& git_server = call.settings.git_server;
  const std::string url = git_server.empty() || call.state.store->has(revision.sha)
                              ? own_url(call.request) + "/" + change.project
                              : fmt::format("{}/repo/{}", git_server, change.project);
  Json info{{"url", url}, {"ref", ref}};
  if (commands)
    info["commands"] = {
        {"Checkout", fmt::format("git fetch {} {} && git checkout FETCH_HEAD", url, ref)},
        {"Cherry Pick", fmt::format("git fetch {} {} && git cherry-pick FETCH_HEAD", url, ref)},
        {"Format Patch", fmt::format("git fetch {} {} && git format-patch -1 --stdout FETCH_HEAD", url, ref)},
        {"Pull", fmt::format("git pull {} {}", url, ref)}};
  return info;
}

}  // namespace

std::string commit_message_file(const State& state, const Change& change, const Revision& revision) {
  const auto& commit = revision.commit;
  std::string text;
  for (const auto& parent : commit.parents)
    text +=
        fmt::format("Parent:     {} ({})\n", parent.substr(0, 8), subject_of(state, change.project, parent));
  const auto person = [&](const char* name, const char* date, const Person& p) {
    text += fmt::format("{:<11} {} <{}>\n{:<11} {} +0000\n", name, p.name, p.email, date,
                        format_time(p.date).substr(0, 19));
  };
  person("Author:", "AuthorDate:", commit.author);
  person("Commit:", "CommitDate:", commit.committer);
  return text + "\n" + commit.message;
}

Json revision_info(const Call& call, const Change& change, const Revision& revision,
                   const ChangeOptions& options) {
  const bool detailed = options.contains("DETAILED_ACCOUNTS");
  const bool current = revision.number == change.current().number;
  Json info{{"kind", revision.kind},
            {"_number", revision.number},
            {"created", format_time(revision.created)},
            {"uploader", account_info(call.state, revision.uploader, detailed)},
            {"ref", change_ref(change.number, revision.number)},
            {"branch", full_name(change.branch)},
            {"fetch", {{"http", fetch_info(call, change, revision, options.contains("DOWNLOAD_COMMANDS"))}}}};
  if (options.contains("ALL_COMMITS") || (current && options.contains("CURRENT_COMMIT")))
    info["commit"] = commit_info(call.state, change, revision, false);
  if (options.contains("ALL_FILES") || (current && options.contains("CURRENT_FILES")))
    info["files"] = file_infos(call.state, change, revision, false);
  if (current && options.contains("CURRENT_ACTIONS"))
    info["actions"] = revision_actions(call, change, revision);
  for (const auto& [name, value] : revision.given.items())
    if (!value.is_null()) info[name] = value;
  return info;
}

Json commit_info(const State& state, const Change& change, const Revision& revision, bool with_id) {
  const auto& commit = revision.commit;
  Json info{{"parents", Json::array()},
            {"author", person_info(commit.author)},
            {"committer", person_info(commit.committer)},
            {"subject", commit.subject()},
            {"message", commit.message}};
  for (const auto& parent : commit.parents)
    info["parents"].push_back({{"commit", parent}, {"subject", subject_of(state, change.project, parent)}});
  if (with_id) info["commit"] = revision.sha;
  return info;
}

Json file_infos(const State& state, const Change& change, const Revision& revision, bool magic) {
  Json infos = Json::object();
  for (const auto& [path, file] : revision.files) infos[path] = file;
  if (!magic) return infos;
  const auto text = commit_message_file(state, change, revision);
  infos["/COMMIT_MSG"] = {
      {"status", "A"},
      {"lines_inserted", std::count(text.begin(), text.end(), '\n') + !text.ends_with('\n')},
      {"size_delta", text.size()},
      {"size", text.size()}};
  return infos;
}

}  // namespace fakes::gerrit
