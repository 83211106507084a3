#include "cli/reports.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "cli/synced.h"
#include "suite/case_results.h"
#include "suite/history_view.h"
#include "suite/prow.h"
#include "suite/timeline.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

/// Writing may take this part of the time.
constexpr int kWritingShare = 20;

std::string head_commit(const fs::path& root) {
  const auto git = run({.args = {"git", "-C", root.string(), "rev-parse", "--verify", "--quiet", "HEAD"}});
  return git.ok() ? trim(git.out) : "";
}

}  // namespace

fs::path artifacts_dir(const Context& context) {
  return context.options.artifacts.empty() ? context.instance.dir() / "artifacts"
                                           : fs::absolute(context.options.artifacts);
}

std::string again(const Context& context) {
  const auto& o = context.options;
  std::string text = context.program;
  if (o.name != "default") text += " -name=" + o.name;
  if (!o.config.empty()) text.append(" ").append(shell_quoted({"-config=" + o.config.string()}));
  return text;
}

Reports::Reports(const Context& context)
    : context_(context),
      dir_(artifacts_dir(context)),
      prow_(context.options.artifacts_flag),
      run_{.project = context.project.root.filename().string(),
           .command = context.command,
           .program = again(context),
           .begin = context.phases.begin(),
           .end = {}} {
  create_folders(dir_);
  for (const char* name : {"junit_01.xml", "results.json", "tap.txt", "report.html", "trace.json"})
    fs::remove(dir_ / name);
  write_file_atomically(context.instance.run_file(),
                        nlohmann::json{{"artifacts", prow_ ? dir_.string() : ""}}.dump() + "\n");
  if (!prow_) return;
  write_started(dir_, head_commit(context.project.root));
  context.terminal.copy_to(dir_ / "build-log.txt");
}

void Reports::write(const std::vector<TestResult>& all) {
  const auto results = told(all);
  run_.spans = context_.terminal.spans();
  for (auto& span : context_.phases.spans()) run_.spans.push_back(std::move(span));
  for (const auto& result : results)
    if (!result.recorded)
      for (auto& span : step_spans(result.log.string() + ".d", result.test->full_name()))
        run_.spans.push_back(std::move(span));
  run_.remarks = remarks_;
  for (auto& remark : Synced(context_.instance.synced_file()).remarks())
    run_.remarks.push_back(std::move(remark));
  run_.end = std::chrono::system_clock::now();
  write_reports(dir_, run_, results);
  if (!prow_) return;
  create_folders(dir_ / "artifacts");
  write_file_atomically(dir_ / "artifacts" / "junit_01.xml", read_file(dir_ / "junit_01.xml"));
}

bool Reports::progress(const std::vector<TestResult>& results) {
  const auto begin = std::chrono::steady_clock::now();
  if (begin < next_write_) return false;
  try {
    write(results);
  } catch (const std::exception& e) {  // the tests go on; what is written at the end fails the run
    context_.terminal.info(std::string("no reports: ") + e.what());
  }
  const auto end = std::chrono::steady_clock::now();
  next_write_ = end + kWritingShare * (end - begin);
  return true;
}

std::string Reports::past_line(const TestCase& test) const {
  const auto found = run_.past.find(test.full_name());
  return found == run_.past.end() ? "" : harness::past_line(found->second);
}

void Reports::end(const std::vector<TestResult>& results, int exit_code) {
  run_.exit_code = exit_code;
  write(results);
  if (prow_)
    write_finished(dir_, exit_code == kPassed        ? "SUCCESS"
                         : exit_code == kInterrupted ? "ABORTED"
                                                     : "FAILURE");
}

bool finish_killed_run(const Context& context) {
  const auto file = context.instance.run_file();
  if (!fs::exists(file)) return false;
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  const fs::path dir = json.is_object() && json.contains("artifacts") && json["artifacts"].is_string()
                           ? json["artifacts"].get<std::string>()
                           : "";
  if (!dir.empty() && finish_killed(dir))
    context.terminal.info("an earlier run was killed: " + (dir / "finished.json").string() + " says so now");
  return true;
}

}  // namespace harness
