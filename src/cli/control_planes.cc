#include "cli/control_planes.h"

#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/graph.h"
#include "cli/cluster_config.h"
#include "cli/reports.h"
#include "cli/test_variables.h"
#include "cluster/control_plane/programs.h"
#include "suite/names.h"

namespace harness {

std::string control_plane_image(const Project& project) {
  const auto image = node_image(project);
  if (image.empty())
    throw Error("cluster-config/kind.yaml names no node image, which has the control plane's programs",
                {.hint = "image: kindest/node:vX.Y.Z at the first of its nodes", .exit_code = kUsage});
  return image;
}

namespace {

/// An entry of `tests:` in a few words.
const std::string& title_of(const TestProgram& program) {
  return program.kind == TestProgram::Kind::command ? program.name : program.path;
}

}  // namespace

ControlPlanes::ControlPlanes(const std::vector<TestCase>& tests, const Context& context, std::stop_token stop)
    : context_(context) {
  for (const auto& test : tests)
    if (test.program->control_plane && !test.breakage) all_[test.program];
  if (all_.empty()) return;
  const auto programs = control_plane_programs(control_plane_image(context.project), stop);
  const auto data = std::filesystem::temp_directory_path() / "control-plane";
  std::set<std::string> names;
  Graph graph([](const StepId&) { return kCluster; });
  for (auto& entry : all_) {
    const auto number = std::to_string(names.size());
    auto name = file_name_for(title_of(*entry.first));
    if (!names.insert(name).second) names.insert(name += "-" + number);
    const auto logs = artifacts_dir(context) / "control-plane" / name;
    graph.add({"control plane", number}, {},
              [&entry, &context, programs, folder = data / number, logs](std::stop_token cancelled) {
                const Phases::Scope phase(context.phases, "cluster");
                auto task = context.terminal.start("cluster", "control plane of " + title_of(*entry.first));
                entry.second = std::make_unique<ControlPlane>(programs, folder, logs, cancelled);
                task.done();
              });
  }
  graph.run(stop);
}

std::map<const TestProgram*, std::map<std::string, std::string>> ControlPlanes::environments(
    const std::string& run_id) const {
  std::map<const TestProgram*, std::map<std::string, std::string>> all;
  for (const auto& [program, control_plane] : all_)
    all[program] = test_variables(context_, control_plane->environment(), run_id);
  return all;
}

}  // namespace harness
