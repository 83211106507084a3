#include "cli/flags.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/template.h"
#include "base/text.h"
#include "cli/commands.h"
#include "suite/labels.h"
#include "testrun/emit/engine.h"

namespace harness {

namespace {

/// All flags, each bound to its field. Which of them a command has, its CommandSpec says.
struct Registered {
  CLI::App app;
  std::vector<std::string> switches, valued;
  std::string timeout, shuffle, shard;

  explicit Registered(Options& o) {
    app.set_help_flag();
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    const std::pair<const char*, bool*> on[] = {{"all", &o.all},
                                                {"list", &o.list},
                                                {"no-setup", &o.no_setup},
                                                {"no-setup-kind-cluster", &o.no_setup_kind_cluster},
                                                {"keep", &o.keep},
                                                {"teardown", &o.teardown},
                                                {"dry-run", &o.dry_run},
                                                {"verbose", &o.verbose},
                                                {"version", &o.version},
                                                {"help", &o.help},
                                                {"failed", &o.failed},
                                                {"fail-fast", &o.fail_fast},
                                                {"until-it-fails", &o.until_it_fails},
                                                {"json", &o.json},
                                                {"no-dump", &o.no_dump},
                                                {"keep-namespaces", &o.keep_namespaces},
                                                {"watch", &o.watch},
                                                {"wait-anyway", &o.wait_anyway},
                                                {"no-wait", &o.no_wait},
                                                {"strict", &o.strict}};
    for (const auto& [name, field] : on) {
      switches.push_back(name);
      app.add_flag(std::string("--") + name, *field);
    }
    value("run", o.run);
    value("skip", o.skip);
    value("save-logs", o.save_logs);
    value("artifacts", o.artifacts);
    value("config", o.config);
    value("kubeconfig", o.kubeconfig);
    value("context", o.context);
    value("name", o.name);
    value("j", o.jobs);
    value("labels", o.labels);
    value("timeout", timeout);
    value("repeat", o.repeat);
    value("stress", o.stress);
    value("retry", o.retry);
    value("shuffle", shuffle);
    value("shard", shard);
    value("timings", o.timings);
    value("o", o.output);
    value("attempts", o.attempts);
    value("es-url", o.es_url);
    value("executor", o.executor);
    value("set", o.set)->take_all();
    value("build", o.build)->delimiter(',')->take_all();
    value("clear", o.clear)->delimiter(',')->take_all();
  }
  template <typename Field>
  CLI::Option* value(const std::string& name, Field& field) {
    valued.push_back(name);
    return app.add_option("--" + name, field)->expected(1);
  }
  std::vector<std::string> names() const {
    auto all = switches;
    all.insert(all.end(), valued.begin(), valued.end());
    return all;
  }
};

[[noreturn]] void usage(const std::string& message, const std::string& hint = "-help lists the flags") {
  throw Error(message, {.hint = hint, .exit_code = kUsage});
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "harness testrun emit"; "harness" for tests.
std::string title_of(const CommandSpec& command) { return trim("harness " + command.name()); }

[[noreturn]] void refuse_flag(const CommandSpec& command, const std::string& given, const std::string& name,
                              const Registered& flags) {
  if (contains(command_names(), name))
    usage("unknown flag " + given, name + " is a command: harness " + name);
  const bool is_tests = command.task == Task::tests;
  const std::string hint =
      is_tests ? "-help lists the flags" : "harness help " + command.name() + " lists its flags";
  if (!contains(flags.names(), name) || command.flags.contains(name)) {  // one that has, has too many dashes
    const auto near = nearest(name, {command.flags.begin(), command.flags.end()});
    usage("unknown flag " + given + (near ? " (did you mean -" + *near + "?)" : ""), hint);
  }
  if (is_tests) usage(given + " is a flag of testrun", "harness testrun FILE -" + name + "=...");
  usage(fmt::format("{} has no flag -{}", title_of(command), name), hint);
}

[[noreturn]] void refuse_argument(const CommandSpec& command, const std::string& given) {
  if (command.task != Task::tests)
    usage(fmt::format("{}: unexpected argument \"{}\"", title_of(command), given),
          "harness help " + command.name() + " explains it");
  const auto near = nearest(given, command_names());
  usage("unexpected argument \"" + given + "\"" + (near ? " (did you mean harness " + *near + "?)" : ""),
        "to choose tests: -run=" + given);
}

/// What CLI11 is given, and what stands beside the flags.
struct Words {
  std::vector<std::string> flags, arguments;
};

/// CLI11 knows two dashes only, and reads the next flag as the value of `--run=`: each flag becomes `--name`
/// and its value an argument of its own that cannot be taken for a flag.
Words to_cli11(const std::vector<std::string>& args, const CommandSpec& command, const Registered& flags) {
  Words words;
  std::set<std::string> seen;
  for (size_t i = command.words.size(); i < args.size(); ++i) {
    const auto& arg = args[i];
    if (arg.size() < 2 || arg[0] != '-') {
      if (words.arguments.size() == command.arguments.size() && !command.has_more)
        refuse_argument(command, arg);
      words.arguments.push_back(arg);
      continue;
    }
    const auto begin = arg.find_first_not_of('-');
    const auto equals = arg.find('=');
    std::string name = begin == std::string::npos ? "" : arg.substr(begin, equals - begin);
    if (name == "h") name = "help";
    if (begin == std::string::npos || begin > 2 || (name != "help" && !command.flags.contains(name)))
      refuse_flag(command, arg.substr(0, equals), name, flags);
    if (!seen.insert(name).second && name != "set") usage("-" + name + " is given twice");
    if (contains(flags.switches, name)) {
      const std::string value = equals == std::string::npos ? "true" : arg.substr(equals + 1);
      if (value != "true" && value != "false")
        usage("-" + name + " takes no value but true or false, not \"" + value + "\"");
      if (value == "true") words.flags.push_back("--" + name);
      continue;
    }
    if (name == "shuffle" && equals == std::string::npos) {
      words.flags.push_back("--shuffle=0");
      continue;
    }
    if (equals == std::string::npos && i + 1 >= args.size()) usage("-" + name + " needs a value");
    const std::string value = equals == std::string::npos ? args[++i] : arg.substr(equals + 1);
    if (value.empty()) usage("-" + name + " needs a value");
    words.flags.push_back("--" + name + "=" + value);
  }
  return words;
}

void take_arguments(Options& options, const CommandSpec& command, const std::vector<std::string>& given) {
  if (given.size() < command.arguments.size() && !command.arguments[given.size()].starts_with('[')) {
    const auto& missing = command.arguments[given.size()];
    usage(fmt::format("{}: {} is missing", title_of(command), missing),
          fmt::format("{} {}", title_of(command), join(command.arguments, " ")));
  }
  for (size_t i = 0; i < given.size(); ++i) {
    const auto& name = command.arguments[std::min(i, command.arguments.size() - 1)];
    if (given[i].empty()) usage(fmt::format("{}: {} is empty", title_of(command), name));
    if (name == "FILE") options.testrun = given[i];
    if (name == "ENGINE") options.emit = given[i];
    if (name == "STEP") options.resume = given[i];
    if (name == "DIR") options.merged.emplace_back(given[i]);
    if (name == "COMPONENT") options.restart.push_back(given[i]);
    if (name == "[TEST]") options.history = given[i];
    if (name == "SHELL") options.completion.push_back(given[i]);
  }
}

void check_expression(const std::string& flag, const std::string& text) {
  const RE2 expression(text, RE2::Quiet);
  if (!expression.ok())
    usage(fmt::format("-{}={}: {}", flag, text, expression.error()),
          "the syntax is that of Go's regular expressions (RE2)");
}

void check_testrun(const Options& o) {
  if (!o.executor.empty() && o.executor != "host" && o.executor != "pod")
    usage("-executor=" + o.executor + ": it must be host or pod");
  if (o.attempts < 0) usage("-attempts must be at least 1");
  for (const auto& parameter : o.set)
    if (parameter.find('=') == std::string::npos || parameter.starts_with("="))
      usage("-set " + parameter + ": it must be key=value");
  if (o.task == Task::emit_testrun && testrun::has_own_pods(testrun::engine_of(o.emit)) &&
      !(o.executor.empty() && o.es_url.empty()))
    usage(fmt::format("-{} has no meaning for {}: it is not the harness that runs it there",
                      o.executor.empty() ? "es-url" : "executor", o.emit));
}

/// What every command has, where it has it.
void check_shared(const Options& o) {
  if (!o.context.empty() && o.kubeconfig.empty()) usage("-context needs -kubeconfig");
  if (!RE2::FullMatch(o.name, "[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?"))
    usage("-name=" + o.name + ": a name is at most 30 lower-case letters, digits and -");
  if (o.jobs < 0) usage("-j must be at least 1");
}

void check_tests(const Options& o) {
  const auto never_together = [](bool a, const char* first, bool b, const char* second, const char* why) {
    if (a && b) usage(fmt::format("-{} and -{} contradict each other: {}", first, second, why));
  };
  never_together(o.all, "all", !o.run.empty(), "run", "one chooses every test, the other some");
  never_together(o.no_setup, "no-setup", !o.build.empty(), "build", "-build deploys what it built");
  never_together(o.no_setup, "no-setup", o.no_setup_kind_cluster, "no-setup-kind-cluster",
                 "the first deploys nothing, the second everything");
  never_together(o.keep, "keep", o.teardown, "teardown", "the cluster is either kept or deleted");
  never_together(o.list, "list", !o.clear.empty(), "clear", "-list changes nothing");
  never_together(o.list, "list", o.teardown, "teardown", "-list changes nothing");
  never_together(o.all, "all", o.failed, "failed",
                 "one chooses every test, the other those that failed last time");
  never_together(o.until_it_fails, "until-it-fails", o.repeat > 0, "repeat",
                 "-until-it-fails has no number of rounds");
  never_together(o.until_it_fails, "until-it-fails", o.retry > 0, "retry",
                 "-until-it-fails stops at the first failure");
  never_together(o.stress > 0, "stress", o.until_it_fails, "until-it-fails",
                 "-stress runs until Ctrl-C; with -fail-fast until a failure");
  never_together(o.stress > 0, "stress", o.retry > 0, "retry", "-stress counts each failure");
  never_together(o.stress > 0, "stress", o.shuffle.has_value(), "shuffle", "copies of one test run at once");
  never_together(o.no_setup, "no-setup", o.wait_anyway, "wait-anyway", "nothing is deployed");
  never_together(o.watch, "watch", o.no_setup, "no-setup", "the first deploys what has changed");
  never_together(o.watch, "watch", !o.build.empty(), "build", "what has changed is rebuilt in any case");
  never_together(o.watch, "watch", o.teardown, "teardown", "the cluster stays");
  never_together(o.watch, "watch", o.stress > 0, "stress", "each round has an end");
  never_together(o.watch, "watch", o.until_it_fails, "until-it-fails", "each round has an end");
  if (o.strict && !o.all && !o.chooses()) usage("-strict needs tests: -all or -run=TEST");
  if (o.watch && !o.all && !o.chooses())
    usage("-watch needs to know which tests run after a change", "-watch -run=TestX, or -watch -all");
  never_together(o.watch, "watch", o.shard.has_value(), "shard", "each round runs what a change affects");
  if (!o.timings.empty() && !o.shard) usage("-timings needs -shard: it says how long tests took");
  if (o.json && !o.list) usage("-json needs -list");
  check_expression("run", o.run);
  check_expression("skip", o.skip);
  const std::pair<const char*, int> counts[] = {
      {"repeat", o.repeat}, {"stress", o.stress}, {"retry", o.retry}};
  for (const auto& [name, value] : counts)
    if (value < 0) usage(fmt::format("-{} must be at least 1", name));
  LabelExpression{o.labels};
  const bool asked = o.all || o.chooses() || o.list || o.no_setup_kind_cluster || !o.build.empty() ||
                     !o.clear.empty() || o.teardown;
  if (o.no_setup && !asked)
    usage("-no-setup runs tests on the existing cluster: say which tests",
          "-no-setup -run=TestX, or -no-setup -all");
  if (!asked && !o.dry_run) usage("nothing to do", "-all runs every test, -run=TestX some, -help explains");
}

/// -timeout, else $HARNESS_TIMEOUT.
int timeout_of(const std::string& flag) {
  const char* variable = std::getenv("HARNESS_TIMEOUT");
  const std::string text = !flag.empty() ? flag : variable ? variable : "";
  if (text.empty()) return 0;
  const int seconds = parse_duration(text);
  if (seconds == 0)
    usage(fmt::format("{}={}: it must be a duration such as 90s, 5m or 1h30m",
                      flag.empty() ? "$HARNESS_TIMEOUT" : "-timeout", text));
  return seconds;
}

std::optional<unsigned> seed_of(const std::string& flag) {
  if (flag.empty()) return {};
  unsigned seed = 0;
  const auto [end, error] = std::from_chars(flag.data(), flag.data() + flag.size(), seed);
  if (error != std::errc() || end != flag.data() + flag.size())
    usage("-shuffle=" + flag + ": it must be a whole number, which a run with -shuffle prints");
  return seed;
}

std::optional<Shard> shard_of(const std::string& flag) {
  if (flag.empty()) return {};
  Shard shard;
  if (!RE2::FullMatch(flag, "([0-9]{1,4})/([0-9]{1,4})", &shard.index, &shard.count) || shard.index < 1 ||
      shard.index > shard.count)
    usage("-shard=" + flag +
          ": it must be a number of a shard and how many there are: 2/5 is the second of five");
  return shard;
}

/// harness help, harness help testrun emit.
Options help_for(const std::vector<std::string>& words) {
  const auto& command = command_of(words);
  if (command.words.size() != words.size()) {
    const auto near = nearest(words[0], command_names());
    usage("there is no command " + join(words, " ") + (near ? " (did you mean " + *near + "?)" : ""),
          "harness help lists them");
  }
  Options options;
  options.help = true;
  options.help_of = command.name();
  return options;
}

void take_environment(Options& options) {
  options.artifacts_flag = !options.artifacts.empty();
  if (const char* artifacts = std::getenv("ARTIFACTS"); artifacts && options.artifacts.empty())
    options.artifacts = artifacts;
  // Who can see the list of processes sees no password there.
  if (const char* url = std::getenv("HARNESS_ES_URL");
      url && options.es_url.empty() && options.task == Task::run_testrun)
    options.es_url = url;
}

}  // namespace

Options parse_flags(int argc, const char* const* argv) {
  const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  if (!args.empty() && args[0] == "help") return help_for({args.begin() + 1, args.end()});
  const auto& command = command_of(args);
  Options options;
  options.task = command.task;
  Registered flags(options);
  auto words = to_cli11(args, command, flags);
  std::reverse(words.flags.begin(), words.flags.end());  // CLI11 takes a vector from its end
  try {
    flags.app.parse(words.flags);
  } catch (const CLI::ParseError& e) {
    std::string message = e.what();
    usage(RE2::GlobalReplace(&message, "--", "-") ? message : e.what());
  }
  options.help_of = command.name();
  if (options.help || options.version) return options;
  take_arguments(options, command, words.arguments);
  take_environment(options);
  options.timeout_seconds = timeout_of(flags.timeout);
  options.shuffle = seed_of(flags.shuffle);
  options.shard = shard_of(flags.shard);
  check_shared(options);
  check_testrun(options);
  if (options.task == Task::tests) check_tests(options);
  if (options.task == Task::merge && options.output.empty())
    usage("harness merge: -o is missing", "harness merge DIR... -o DIR");
  return options;
}

bool takes_value(const std::string& flag) {
  Options options;
  return contains(Registered(options).valued, flag);
}

std::vector<std::string> flag_names() {
  Options options;
  return Registered(options).names();
}

std::string help_text(const std::string& program, const std::string& command) {
  const auto& specs = command_specs();
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const auto& one) { return one.name() == command; });
  return trim(
      fill_template(found->help, TemplateSyntax::dollar, {{"PROGRAM", {[&](auto) { return program; }}}}));
}

}  // namespace harness
