#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/git_environment.h"
#include "base/output.h"
#include "base/proxies.h"
#include "base/secrets.h"
#include "base/temporary.h"
#include "base/text.h"
#include "cli/cluster_config.h"
#include "cli/completion.h"
#include "cli/control_plane.h"
#include "cli/doctor/doctor.h"
#include "cli/flags.h"
#include "cli/given.h"
#include "cli/history.h"
#include "cli/init.h"
#include "cli/instance_lock.h"
#include "cli/interrupt.h"
#include "cli/merge.h"
#include "cli/outside_images.h"
#include "cli/planned_objects.h"
#include "cli/session.h"
#include "cli/test_variables.h"
#include "cli/testrun.h"
#include "cli/watch.h"
#include "cluster/direct_hosts.h"
#include "cluster/known_instances.h"
#include "cluster/state_files.h"
#include "image/bases.h"

namespace {

using namespace harness;

/// The tools that a set-up keeps beside its caches come before the machine's own: their versions are known to
/// fit.
void prefer_cached_tools() {
  const auto tools = cache_dir() / "bin";
  const char* path = std::getenv("PATH");
  if (std::filesystem::exists(tools)) setenv("PATH", (tools.string() + ":" + (path ? path : "")).c_str(), 1);
}

/// "uses: deck, hook"; "uses: all".
std::string uses(const TestCase& test, const Project& project) {
  const auto used = used_components(project, *test.program);
  const std::vector<std::string> names(used.begin(), used.end());
  return "uses: " + (!test.program->uses ? "all" : names.empty() ? "none" : join(names, ", "));
}

/// A test a line: name and labels, owner, where it is written; columns only where there is something to say.
std::string table(const std::vector<TestCase>& tests, const Context& context) {
  size_t titles = 0, owners = 0;
  for (const auto& test : tests) {
    titles = std::max(titles, test.title().size());
    owners = std::max(owners, test.owner.size());
  }
  std::string text;
  for (const auto& test : tests) {
    const bool has_cases = test.program->cases && test.program->list_command.empty();
    auto place = test.breakage ? "(" + test.breakage->reason + ")"
                 : has_cases   ? "(its cases are known once it has run)"
                               : test.place();
    if (context.options.verbose) place += (place.empty() ? "" : "  ") + uses(test, context.project);
    const auto line =
        fmt::format("{:{}}{}{:{}}  {}", test.title(), titles, owners ? "  " : "", test.owner, owners, place);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string json_list(const std::vector<TestCase>& tests, const Project& project) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& test : tests) {
    all.push_back({{"name", test.full_name()},
                   {"suite", test.suite},
                   {"test", test.name},
                   {"labels", test.labels},
                   {"owner", test.owner},
                   {"file", test.file},
                   {"line", test.line},
                   {"uses", used_components(project, *test.program)}});
    if (test.breakage) all.back()["broken"] = test.breakage->reason;
  }
  return all.dump(2);
}

int list(const Plan& plan, const Context& context, std::stop_token stop) {
  Setup setup(plan, context);
  const auto& programs = context.project.tests;
  if (context.instance.state() && std::any_of(programs.begin(), programs.end(),
                                              [](const auto& program) { return program.list_deployed; }))
    setup.connect();
  setup.run(Setup::Cleaning::none, stop);
  for (const auto& line : setup.synced().remarks()) context.terminal.info(line);
  if (context.options.json)
    context.terminal.document(json_list(setup.tests(), context.project));
  else
    context.terminal.line(trim(table(setup.tests(), context)));
  refuse_broken(setup.tests());
  return kPassed;
}

/// `completion bash`; `completion words LINE`, which the shells' programs call.
void complete(const std::vector<std::string>& words, Terminal& terminal) {
  if (words.size() == 2 && words[0] == "words")
    for (const auto& one : completions(words[1])) terminal.line(one);
  else if (words.size() > 1)
    throw Error("completion: unexpected argument \"" + words[1] + "\"",
                {.hint = "harness completion bash|zsh|fish", .exit_code = kUsage});
  else
    terminal.line(trim(completion_script(words[0])));
}

/// `doctor` and `control-plane` need no project: where there is none, one without a file.
Project project_for(const Options& options) {
  if (!options.config.empty()) return load_project(options.config);
  const auto here = std::filesystem::current_path();
  std::filesystem::path file;
  try {
    file = find_project(here);
  } catch (const Error&) {
    if (options.task == Task::tests || options.task == Task::restart || options.task == Task::history) throw;
    return {.root = here};
  }
  return load_project(file);
}

bool is_of_testruns(Task task) {
  return task != Task::tests && task != Task::doctor && task != Task::restart;
}

bool only_tears_down(const Options& o) {
  return o.teardown && !o.all && !o.list && !o.dry_run && o.task == Task::tests && !o.no_setup_kind_cluster &&
         o.build.empty() && !o.chooses();
}

int run(const Options& options, const std::string& program, const std::string& command, Terminal& terminal,
        std::stop_token stop) {
  auto project = project_for(options);
  check_images_of_tests(project);
  const Instance instance(project, options.name);
  const bool is_given = is_in_given_cluster(options, instance);
  if (is_given) {
    project.name_space = instance.name_space();
    project.hermetic = false;  // its network is not the harness's to change
  }
  exempt_from_proxies(reached_directly(project.registry, instance, kind_config(project)));
  if (only_tears_down(options)) project.components.clear();  // what only goes is not rendered first
  ComponentObjects objects(project, {.folder = instance.renders_dir(),
                                     .kubeconfig = instance.kubeconfig(),
                                     .kubernetes = is_given ? "" : kubernetes_version(project),
                                     .charts = cache_dir() / "charts",
                                     .stop = stop});
  const auto plan = make_plan(options, project, objects.images(), [&] { return image_bases(project); });
  const auto reach = reach_of(
      project, [&](const auto& component) -> const auto& { return objects.written(component); });
  for (const auto& line : objects.remarks()) terminal.info(line);
  for (const auto& line : reach.remarks) terminal.info(line);
  if (options.dry_run) {
    for (const auto& name : objects.asking())
      if (std::find(plan.components.begin(), plan.components.end(), name) != plan.components.end())
        terminal.info(
            fmt::format("note:  component \"{}\": its chart asks the cluster (lookup) when it is "
                        "deployed; -dry-run asks none{}",
                        name,
                        instance.state() ? ", and shows the last answers where nothing changed since"
                                         : ", and shows it without answers"));
    const auto steps = describe(plan, options, project,
                                is_given ? "namespace " + instance.name_space() : instance.cluster());
    terminal.line(trim(steps + describe_reach(reach, plan.components) +
                       describe_outside_images(outside_images(project, plan.components, objects)) +
                       describe_objects(plan, project, objects, options.verbose)));
    return kPassed;
  }
  Phases phases;
  const Context context{options,  project, instance, objects, reach,
                        terminal, phases,  program,  command, is_given};
  if (options.task == Task::doctor) return examine(context, stop);
  if (options.list) return list(plan, context, stop);
  const auto lock = lock_instance(instance, options.name, !options.no_wait, terminal, stop);
  for (const auto& line : set_aside_unreadable(instance)) terminal.info("warning: " + line);
  if (is_given) adopt_cluster(options, instance, terminal, stop);
  return run_session(plan, context, stop);
}

/// The exit code of `work`, what it throws being shown. `where` is what has failed where no Error says it.
int shown(Terminal& terminal, ExitCode where, const std::function<int()>& work) {
  try {
    return work();
  } catch (const Error& e) {  // Failures, too
    show(e, terminal);
    return e.details.exit_code;
  } catch (const Cancelled&) {
    return kInterrupted;
  } catch (const std::exception& e) {
    show(Error(e.what(), {.exit_code = where}), terminal);
    return where;
  }
}

/// The exit code, once all was printed.
int told(Terminal& terminal, int code) {
  const auto lost = lost_output();
  if (lost.empty()) return code;
  const Error error(
      "cannot write to standard output: " + lost,
      {.hint = "free some space there, or print elsewhere: the output is incomplete", .exit_code = kCluster});
  show(error, terminal);
  return code == kPassed ? error.details.exit_code : code;
}

int watch_project(const Options& options, const std::string& program, const std::string& command,
                  std::stop_token stop) {
  const auto file = options.config.empty() ? find_project(std::filesystem::current_path())
                                           : std::filesystem::absolute(options.config);
  const auto round = [&](const Options& now, std::stop_token cancelled) {
    Terminal terminal({.verbose = options.verbose});
    return shown(terminal, kCluster, [&] { return run(now, program, command, terminal, cancelled); });
  };
  const auto files = [&] {
    return project_files(load_project(file), {options.artifacts, options.save_logs});
  };
  return watch(file.parent_path(), options, round, files, stop);
}

}  // namespace

int main(int argc, char** argv) {
  forget_local_git_variables();
  // Each step has a thread, and malloc would begin an arena for each: some 10 ms of a run that has nothing to
  // do.
  mallopt(M_ARENA_MAX, 2);
  std::stop_source stop;
  const Interrupt interrupt(stop);
  prefer_cached_tools();
  Options options;
  {
    Terminal terminal({});
    if (const int code = shown(terminal, kUsage, [&] { return options = parse_flags(argc, argv), kPassed; }))
      return code;
  }
  const std::string program = argv[0], command = shown_command({argv, argv + argc});
  Terminal terminal({.verbose = options.verbose});
  const int code = shown(terminal, kCluster, [&] {
    if (options.help) return terminal.line(help_text(program, options.help_of)), kPassed;
    if (options.version) return terminal.line("harness " HARNESS_VERSION), kPassed;
    if (options.task == Task::completion) return complete(options.completion, terminal), kPassed;
    settle_temporary_folder();
    if (options.task == Task::init) return init_project(std::filesystem::current_path(), terminal), kPassed;
    if (options.task == Task::merge) return static_cast<ExitCode>(merge_results(options, command, terminal));
    if (options.task == Task::history) {
      const auto project = project_for(options);
      return show_history(options, Instance(project, options.name), terminal), kPassed;
    }
    if (options.task == Task::control_plane)
      return hold_control_plane(project_for(options), terminal, stop.get_token()), kPassed;
    if (is_of_testruns(options.task))
      return static_cast<ExitCode>(run_testruns(options, terminal, stop.get_token()));
    if (options.watch && !options.dry_run)
      return static_cast<ExitCode>(watch_project(options, program, command, stop.get_token()));
    return static_cast<ExitCode>(run(options, program, command, terminal, stop.get_token()));
  });
  return told(terminal, code);
}
