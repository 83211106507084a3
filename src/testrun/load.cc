#include "testrun/load.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<fs::path> testrun_files(const fs::path& path) {
  if (!fs::exists(path))
    throw Error(fmt::format("there is no {}", path.string()),
                {.hint = "harness testrun FILE names a Testrun, or a folder of them", .exit_code = kUsage});
  if (!fs::is_directory(path)) return {path};
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() != ".yaml" && entry.path().extension() != ".yml") continue;
    if (kind_of(YamlReader(entry.path(), entry.path().string()).root()) == "Testrun")
      files.insert(entry.path());
  }
  if (files.empty())
    throw Error(fmt::format("{} has no file of kind Testrun", path.string()), {.exit_code = kUsage});
  return {files.begin(), files.end()};
}

std::unique_ptr<Loaded> load(const fs::path& file, const Parameters& parameters,
                             const Catalog::Folders& folders, const Defaults& defaults, Findings& findings,
                             std::stop_token stop) {
  auto loaded = std::make_unique<Loaded>();
  try {
    loaded->run = read_testrun(file, file.string(), parameters);
  } catch (const Error& e) {
    findings.problems.push_back(e.what());
    return loaded;
  }
  const auto& run = loaded->run;
  try {
    loaded->catalog = std::make_unique<Catalog>(run, folders, stop);
    loaded->plan = make_plan(run, *loaded->catalog, defaults);
    append(findings.problems, loaded->catalog->problems());
    append(findings.remarks, loaded->catalog->remarks());
  } catch (const Error& e) {  // a location cannot be had: what the file itself has is said all the same
    findings.problems.push_back(e.what());
  }
  append(findings.problems, run.reader->problems());
  append(findings.remarks, run.reader->remarks());
  if (findings.problems.empty()) append(findings.remarks, host_notes(loaded->plan));
  return loaded;
}

}  // namespace harness::testrun
