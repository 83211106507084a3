#include "cli/flags.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "help_txt.h"
#include "suite/labels.h"
#include "testrun/emit/engine.h"

namespace harness {

namespace {

/// The flags, each bound to its field.
struct Registered {
  CLI::App app;
  std::vector<std::string> switches, valued;
  std::string timeout;

  explicit Registered(Options& o) {
    app.set_help_flag();
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    on("all", o.all), on("list", o.list), on("no-setup", o.no_setup), on("no-setup-kind-cluster", o.no_setup_kind_cluster);
    on("keep", o.keep), on("teardown", o.teardown), on("init", o.init), on("dry-run", o.dry_run), on("verbose", o.verbose);
    on("version", o.version), on("help", o.help), on("failed", o.failed), on("fail-fast", o.fail_fast), on("until-it-fails", o.until_it_fails);
    on("json", o.json), on("no-dump", o.no_dump), on("keep-namespaces", o.keep_namespaces), on("watch", o.watch), on("validate", o.validate), on("gc", o.gc);
    on("doctor", o.doctor), on("wait-anyway", o.wait_anyway), on("no-wait", o.no_wait), on("strict", o.strict);
    value("run", o.run), value("skip", o.skip), value("save-logs", o.save_logs), value("artifacts", o.artifacts);
    value("config", o.config), value("kubeconfig", o.kubeconfig), value("context", o.context), value("name", o.name), value("j", o.jobs), value("labels", o.labels);
    value("timeout", timeout), value("repeat", o.repeat), value("stress", o.stress), value("retry", o.retry);
    value("testrun", o.testrun), value("attempts", o.attempts), value("resume", o.resume), value("es-url", o.es_url), value("executor", o.executor), value("emit", o.emit), value("set", o.set)->take_all();
    value("build", o.build)->delimiter(',')->take_all(), value("clear", o.clear)->delimiter(',')->take_all();
  }
  void on(const std::string& name, bool& field) {
    switches.push_back(name);
    app.add_flag("--" + name, field);
  }
  template <typename Field>
  CLI::Option* value(const std::string& name, Field& field) {
    valued.push_back(name);
    return app.add_option("--" + name, field)->expected(1);
  }
};

std::vector<std::string> all_of(const Registered& flags) {
  auto names = flags.switches;
  names.insert(names.end(), flags.valued.begin(), flags.valued.end());
  return names;
}

[[noreturn]] void usage(const std::string& message, const std::string& hint = "-help lists the flags") { throw Error(message, {.hint = hint, .exit_code = kUsage}); }

bool contains(const std::vector<std::string>& names, const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); }

/// CLI11 knows two dashes only, and reads the next flag as the value of `--run=`: each flag becomes `--name` and its value an
/// argument of its own that cannot be taken for a flag.
std::vector<std::string> to_cli11(int argc, const char* const* argv, const Registered& flags) {
  std::vector<std::string> args;
  std::set<std::string> seen;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg.size() < 2 || arg[0] != '-') usage("unexpected argument \"" + arg + "\"", "every argument is a flag; to choose tests: -run=" + arg);
    const auto begin = arg.find_first_not_of('-');
    const auto equals = arg.find('=');
    const std::string name = begin == std::string::npos ? "" : arg.substr(begin, equals == std::string::npos ? equals : equals - begin);
    const bool is_switch = contains(flags.switches, name);
    if (begin == std::string::npos || begin > 2 || (!is_switch && !contains(flags.valued, name))) {
      const auto near = nearest(name, all_of(flags));
      usage("unknown flag " + arg.substr(0, equals) + (near ? " (did you mean -" + *near + "?)" : ""));
    }
    if (!seen.insert(name).second && name != "set") usage("-" + name + " is given twice");
    if (is_switch) {
      const std::string value = equals == std::string::npos ? "true" : arg.substr(equals + 1);
      if (value != "true" && value != "false") usage("-" + name + " takes no value but true or false, not \"" + value + "\"");
      if (value == "true") args.push_back("--" + name);
      continue;
    }
    if (equals == std::string::npos && i + 1 >= argc) usage("-" + name + " needs a value");
    const std::string value = equals == std::string::npos ? argv[++i] : arg.substr(equals + 1);
    if (value.empty()) usage("-" + name + " needs a value");
    args.push_back("--" + name + "=" + value);
  }
  return args;
}

void check_expression(const std::string& flag, const std::string& text) {
  const RE2 expression(text, RE2::Quiet);
  if (!expression.ok()) usage(fmt::format("-{}={}: {}", flag, text, expression.error()), "the syntax is that of Go's regular expressions (RE2)");
}

void check_emit(const Options& o) {
  if (o.testrun.empty()) usage("-emit goes with -testrun", "-testrun=FILE -emit=" + o.emit + " prints what runs it there");
  if (o.validate || o.dry_run) usage(fmt::format("-emit and -{} contradict each other: each prints something else", o.validate ? "validate" : "dry-run"));
  if (testrun::has_own_pods(testrun::engine_of(o.emit)) && !(o.executor.empty() && o.es_url.empty()))
    usage(fmt::format("-emit={} and -{} contradict each other: it is not the harness that runs it there", o.emit, o.executor.empty() ? "es-url" : "executor"));
}

/// What goes with -testrun, and what does not.
void check_testrun(const Options& o) {
  const bool given = !o.testrun.empty();
  if (o.validate && !given) usage("-validate goes with -testrun");
  if (!o.set.empty() && !given) usage("-set goes with -testrun");
  if (o.attempts > 0 && !given) usage("-attempts goes with -testrun", "tests have -retry and -repeat");
  if (!o.es_url.empty() && (!given || o.validate)) usage("-es-url goes with -testrun: it sends what a run has to tell");
  if (!o.executor.empty() && !given) usage("-executor goes with -testrun");
  if (!o.executor.empty() && o.executor != "host" && o.executor != "pod") usage("-executor=" + o.executor + ": it must be host or pod");
  if (!o.emit.empty()) check_emit(o);
  if (!o.resume.empty() && (given || o.gc)) usage("-resume stands alone: it tells another run to go on");
  for (const auto& parameter : o.set)
    if (parameter.find('=') == std::string::npos || parameter.starts_with("=")) usage("-set " + parameter + ": it must be key=value");
  const std::pair<bool, const char*> others[] = {{o.all, "all"}, {o.chooses() || !o.skip.empty(), "run, -skip, -labels and -failed"}, {o.list, "list"}, {o.no_setup, "no-setup"}, {o.no_setup_kind_cluster, "no-setup-kind-cluster"},
                                                 {!o.build.empty(), "build"}, {!o.clear.empty(), "clear"}, {o.keep, "keep"}, {o.strict, "strict"}, {o.teardown, "teardown"}, {o.watch, "watch"}, {o.stress > 0, "stress"},
                                                 {o.repeat > 0 || o.retry > 0 || o.until_it_fails || o.fail_fast, "repeat, -retry, -until-it-fails and -fail-fast"},
                                                 {o.keep_namespaces, "keep-namespaces"}, {!o.save_logs.empty(), "save-logs"}, {o.no_dump, "no-dump"}};
  const char* own = given ? "testrun" : o.gc ? "gc" : !o.resume.empty() ? "resume" : nullptr;
  for (const auto& [is_given, name] : others)
    if (own && is_given) usage(fmt::format("-{} and -{} contradict each other: the first is for the tests of components.yaml", name, own));
}

void check(const Options& o) {
  const auto never_together = [](bool a, const char* first, bool b, const char* second, const char* why) {
    if (a && b) usage(fmt::format("-{} and -{} contradict each other: {}", first, second, why));
  };
  never_together(o.all, "all", !o.run.empty(), "run", "one chooses every test, the other some");
  never_together(o.no_setup, "no-setup", !o.build.empty(), "build", "-build deploys what it built");
  never_together(o.no_setup, "no-setup", o.no_setup_kind_cluster, "no-setup-kind-cluster", "the first deploys nothing, the second everything");
  never_together(o.keep, "keep", o.teardown, "teardown", "the cluster is either kept or deleted");
  never_together(o.list, "list", !o.clear.empty(), "clear", "-list changes nothing");
  never_together(o.doctor, "doctor", o.all || o.chooses(), "all and -run", "it changes nothing and runs nothing");
  never_together(o.list, "list", o.teardown, "teardown", "-list changes nothing");
  never_together(o.all, "all", o.failed, "failed", "one chooses every test, the other those that failed last time");
  never_together(o.until_it_fails, "until-it-fails", o.repeat > 0, "repeat", "the first has no number of rounds");
  never_together(o.until_it_fails, "until-it-fails", o.retry > 0, "retry", "a test that fails is what it waits for");
  never_together(o.stress > 0, "stress", o.until_it_fails, "until-it-fails", "-stress runs until Ctrl-C; with -fail-fast until a failure");
  never_together(o.stress > 0, "stress", o.retry > 0, "retry", "-stress counts each failure");
  never_together(o.no_setup, "no-setup", o.wait_anyway, "wait-anyway", "nothing is deployed");
  never_together(o.watch, "watch", o.no_setup, "no-setup", "the first deploys what has changed");
  never_together(o.watch, "watch", !o.build.empty(), "build", "what has changed is rebuilt in any case");
  never_together(o.watch, "watch", o.teardown, "teardown", "the cluster stays");
  never_together(o.watch, "watch", o.stress > 0, "stress", "each round has an end");
  never_together(o.watch, "watch", o.until_it_fails, "until-it-fails", "each round has an end");
  if (!o.context.empty() && o.kubeconfig.empty()) usage("-context goes with -kubeconfig");
  if (o.strict && !o.all && !o.chooses()) usage("-strict goes with tests: -all or -run=TEST");
  if (o.watch && !o.all && !o.chooses()) usage("-watch: which tests run after a change?", "-watch -run=TestX, or -watch -all");
  if (o.json && !o.list && !o.doctor) usage("-json goes with -list and -doctor");
  check_expression("run", o.run);
  check_expression("skip", o.skip);
  if (!RE2::FullMatch(o.name, "[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?"))
    usage("-name=" + o.name + ": a name is at most 30 lower-case letters, digits and -");
  const std::pair<const char*, int> counts[] = {{"j", o.jobs}, {"repeat", o.repeat}, {"stress", o.stress}, {"retry", o.retry}, {"attempts", o.attempts}};
  for (const auto& [name, value] : counts)
    if (value < 0) usage(fmt::format("-{} must be at least 1", name));
  LabelExpression{o.labels};
  check_testrun(o);
  const bool asked = !o.testrun.empty() || o.gc || !o.resume.empty() || o.all || o.chooses() || o.list || o.no_setup_kind_cluster || !o.build.empty() || !o.clear.empty() || o.teardown || o.doctor || o.init || o.version || o.help;
  if (o.no_setup && !asked) usage("-no-setup runs tests on the cluster that is there: say which", "-no-setup -run=TestX, or -no-setup -all");
  if (!asked && !o.dry_run) usage("nothing to do", "-all runs every test, -run=TestX some, -help explains");
}

/// -timeout, else $HARNESS_TIMEOUT.
int timeout_of(const std::string& flag) {
  const char* variable = std::getenv("HARNESS_TIMEOUT");
  const std::string text = !flag.empty() ? flag : variable ? variable : "";
  if (text.empty()) return 0;
  const int seconds = parse_duration(text);
  if (seconds == 0) usage(fmt::format("{}={}: it must be a duration such as 90s, 5m or 1h30m", flag.empty() ? "$HARNESS_TIMEOUT" : "-timeout", text));
  return seconds;
}

}  // namespace

Options parse_flags(int argc, const char* const* argv) {
  Options options;
  Registered flags(options);
  auto args = to_cli11(argc, argv, flags);
  std::reverse(args.begin(), args.end());  // CLI11 takes a vector from its end
  try {
    flags.app.parse(args);
  } catch (const CLI::ParseError& e) {
    std::string message = e.what();
    usage(RE2::GlobalReplace(&message, "--", "-") ? message : e.what());
  }
  options.artifacts_flag = !options.artifacts.empty();
  if (const char* artifacts = std::getenv("ARTIFACTS"); artifacts && options.artifacts.empty()) options.artifacts = artifacts;
  // Who can see the list of processes sees no password there.
  if (const char* url = std::getenv("HARNESS_ES_URL"); url && options.es_url.empty() && !options.testrun.empty() && !options.validate) options.es_url = url;
  if (options.help || options.version) return options;
  options.timeout_seconds = timeout_of(flags.timeout);
  check(options);
  return options;
}

std::vector<std::string> flag_names() {
  Options options;
  return all_of(Registered(options));
}

std::string help_text(const std::string& program) {
  std::string text(kHelpTxt);
  RE2::GlobalReplace(&text, "\\$PROGRAM", program);
  return trim(text);
}

}  // namespace harness
