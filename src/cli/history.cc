#include "cli/history.h"

#include <re2/re2.h>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "suite/history_view.h"

namespace harness {

namespace {

constexpr std::string_view kCommit = "# branch.oid ";

}  // namespace

void show_history(const Options& options, const Instance& instance, Terminal& terminal) {
  const History history(instance.history_file());
  const RE2 expression(options.history, RE2::Quiet);
  if (!expression.ok())
    throw Error("history " + options.history + ": " + expression.error(),
                {.hint = "the syntax is that of Go's regular expressions (RE2)", .exit_code = kUsage});
  std::vector<std::pair<std::string, std::vector<PastResult>>> all;
  const auto names = history.names();
  for (const auto& name : names)
    if (RE2::PartialMatch(name, expression)) all.emplace_back(name, history.past(name));
  if (options.json) return terminal.document(history_json(all));
  if (all.empty()) {
    const auto near = nearest(options.history, names);
    throw Error(names.empty() ? "no test has run here yet"
                              : "no test that ran here matches " + options.history +
                                    (near ? " (did you mean " + *near + "?)" : ""),
                {.hint = names.empty() ? "history is of this folder and instance: -all runs every test"
                                       : "harness history without a name shows all",
                 .exit_code = kUsage});
  }
  if (!options.history.empty()) {
    for (const auto& [name, past] : all) terminal.line(trim(history_text(name, past)));
    return;
  }
  std::vector<HistoryView> views;
  for (const auto& [name, past] : all) views.push_back(view_of(name, past));
  terminal.line(trim(history_text(views)));
}

HistoryRun history_run(const std::filesystem::path& root) {
  HistoryRun now{.begin = std::chrono::system_clock::now()};
  const auto git =
      run({.args = {"git", "--no-optional-locks", "-C", root.string(), "status", "--porcelain=v2", "--branch",
                    "--untracked-files=no", "--ignore-submodules=dirty"}});
  if (!git.ok()) return now;
  for (const auto& line : split(git.out, '\n'))
    if (line.starts_with(kCommit) && line != std::string(kCommit) + "(initial)")
      now.commit = line.substr(kCommit.size());
    else if (!line.empty() && line[0] != '#')
      now.edited = true;
  return now;
}

}  // namespace harness
