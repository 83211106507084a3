// Changes as git prints them (https://git-scm.com/docs/git-diff, "Generating patch text with -p").
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "github/difference.h"

namespace fakes::github {

namespace {

std::string file_text(const Json& file) {
  const std::string name = file.at("filename"), status = file.at("status"),
                    old_name = file.value("previous_filename", name);
  std::string text = fmt::format("diff --git a/{} b/{}\n", old_name, name);
  if (status == "added") text += "new file mode 100644\n";
  if (status == "removed") text += "deleted file mode 100644\n";
  if (status == "renamed")
    text += fmt::format("similarity index {}%\nrename from {}\nrename to {}\n",
                        file.contains("patch") ? 90 : 100, old_name, name);
  const std::string before = status == "added" ? "/dev/null" : "a/" + old_name,
                    after = status == "removed" ? "/dev/null" : "b/" + name;
  if (file.contains("patch"))
    text += fmt::format("--- {}\n+++ {}\n{}\n", before, after, file["patch"].get<std::string>());
  else if (status != "renamed")
    text += fmt::format("Binary files {} and {} differ\n", before, after);
  return text;
}

std::string statistics(const Json& files) {
  std::string text;
  std::int64_t added = 0, removed = 0;
  for (const auto& file : files) {
    const auto more = file.at("additions").get<std::int64_t>(),
               fewer = file.at("deletions").get<std::int64_t>();
    text += fmt::format(" {} | {}\n", file.at("filename").get<std::string>(), more + fewer);
    added += more;
    removed += fewer;
  }
  return text +
         fmt::format(" {} files changed, {} insertions(+), {} deletions(-)\n", files.size(), added, removed);
}

}  // namespace

std::string diff_text(const Json& files) {
  std::string text;
  for (const auto& file : files) text += file_text(file);
  return text;
}

std::string patch_text(const Objects& objects, const Repository& repository,
                       const std::vector<const Commit*>& commits) {
  std::string text;
  for (size_t i = 0; i < commits.size(); ++i) {
    const Commit& commit = *commits[i];
    const Json files = files_of_commit(objects, repository, commit);
    const auto end = std::min(commit.message.find('\n'), commit.message.size());
    const std::string number = commits.size() > 1 ? fmt::format(" {}/{}", i + 1, commits.size()) : "",
                      more = commit.message.substr(
                          std::min(commit.message.find_first_not_of('\n', end), commit.message.size()));
    text += fmt::format(
        "From {} Mon Sep 17 00:00:00 2001\nFrom: {} <{}>\nDate: {:%a, %d %b %Y %H:%M:%S} +0000\nSubject: "
        "[PATCH{}] {}\n\n",
        commit.sha, commit.author.name, commit.author.email,
        fmt::gmtime(static_cast<std::time_t>(commit.author.date)), number, commit.message.substr(0, end));
    if (!more.empty()) text += more + (more.ends_with('\n') ? "" : "\n");
    text += "---\n" + statistics(files) + "\n" + diff_text(files) + "\n";
  }
  return text;
}

}  // namespace fakes::github
