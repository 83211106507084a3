// pytest: https://docs.pytest.org. A plugin of ours, harness_pytest.py, says what it collects and records how
// tests end.
#include <fmt/format.h>
#include <unistd.h>

#include <mutex>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "harness_pytest_py.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/plain_text.h"
#include "suite/programs/byte_json.h"
#include "suite/programs/framework.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using End = Record::End;

constexpr const char* kPlugin = "_harness_pytest";

/// A folder of its own, to be on PYTHONPATH, with the plugin.
fs::path plugin_folder(const fs::path& scratch) {
  static std::mutex one_writes;
  const std::lock_guard lock(one_writes);
  const auto folder = scratch / "pytest", file = folder / (std::string(kPlugin) + ".py");
  create_folders(folder);
  if (!fs::exists(file) || read_file(file) != kHarnessPytestPy)
    write_file_atomically(file, std::string(kHarnessPytestPy));
  return folder;
}

Environment plugin_environment(const Environment& env, const fs::path& scratch, const fs::path& record) {
  const auto path = env.find("PYTHONPATH");
  return {{"PYTHONPATH", plugin_folder(scratch).string() +
                             (path == env.end() || path->second.empty() ? "" : ":" + path->second)},
          {"HARNESS_PYTEST_RECORD", record.string()}};
}

/// What both calls have. Each has a cache of its own: what is written by --lf, --ff or --sw of one must not
/// choose in another.
std::vector<std::string> pytest_with_plugin(const TestProgram& program, const fs::path& root,
                                            const fs::path& record) {
  return {program.python, "-m",    "pytest", "--rootdir=" + root.string(),
          "-p",           kPlugin, "-o",     "cache_dir=" + record.string() + ".cache",
          "--color=no"};
}

/// The lines of a record. The last one of a process that was killed may be half a line.
std::vector<Json> take_events(const fs::path& record) {
  std::error_code ignored;
  std::vector<Json> events;
  if (fs::is_regular_file(record, ignored))
    for (const auto& line : split(read_file(record), '\n'))
      if (auto event = parse_byte_json(line); event.is_object()) events.push_back(std::move(event));
  fs::remove(record, ignored);
  fs::remove_all(record.string() + ".cache", ignored);
  return events;
}

/// What pytest's command line can say of a file: it takes "::" and "[" for parts of a node id. Else the
/// nearest folder above it.
fs::path sayable(fs::path file) {
  while (file.string().find("::") != std::string::npos || file.string().find('[') != std::string::npos)
    file = file.parent_path();
  if (file.empty()) return ".";
  return file.string().front() == '-' ? fs::path(".") / file : file;
}

fs::path below(const fs::path& root, const fs::path& file) {
  const auto inner = file.lexically_relative(root);
  return inner.empty() || *inner.begin() == ".." ? file : inner;
}

/// How a test ended, by its reports: of set-up, call and tear-down, and of its sub-tests.
struct Reports {
  bool failed = false, skipped = false, set_up = false, passed = false, torn_down = false;
  std::string reason = {};

  void add(const Json& report) {
    const auto when = bytes_at(report, "when"), outcome = bytes_at(report, "outcome");
    const bool is_skip = outcome == "skipped";
    if (outcome == "failed") failed = true;
    if (when == "setup")
      *this = {.failed = failed,
               .skipped = is_skip,
               .set_up = true};  // perhaps once more, by a plugin that repeats
    if (when == "call") {  // the last one is the test's own; one that was expected to fail, and did, has run
      passed = outcome == "passed" || (is_skip && report.value("xfail", false));
      skipped = is_skip && !passed;
    }
    if (when == "teardown") torn_down = true;
    if (is_skip) reason = plain_text(bytes_at(report, "reason"));
  }
  Record::Entry entry(const std::string& id) const {
    if (failed) return {.id = id, .end = End::failed};
    if (set_up && !torn_down) return {.id = id, .end = End::none, .reason = "pytest ended in the test"};
    if (skipped) return {.id = id, .end = End::skipped, .reason = reason};
    if (passed) return {.id = id, .end = End::passed};
    return {.id = id, .end = End::none, .reason = "pytest has no report of the test itself"};
  }
};

class PytestTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& request, std::stop_token stop) const override;
  TestCall call(const CallRequest& request) const override;
  Record read(const CallRequest& request, const fs::path& log, const ProcessResult& ended) const override;
};

std::vector<TestCase> PytestTests::list(const ListRequest& request, std::stop_token stop) const {
  const auto& program = request.program;
  create_folders(request.scratch);
  const TempDir out(request.scratch / ("list-" + std::to_string(getpid())));
  const auto record = out.path() / "record";
  auto args = pytest_with_plugin(program, request.root, record);
  for (const std::string& arg : {std::string("--collect-only"), std::string("--verbosity=-1"), program.path})
    args.push_back(arg);
  auto env = request.env;
  for (const auto& [name, value] : plugin_environment(request.env, out.path(), record)) env[name] = value;
  listing(args, request.root, program.path, env, stop);
  std::vector<TestCase> tests;
  bool ended = false;
  for (const auto& event : take_events(record)) {
    ended = ended || bytes_at(event, "event") == "end";
    if (bytes_at(event, "event") != "item") continue;
    const fs::path file = below(request.root, bytes_at(event, "file"));
    const auto suite = bytes_at(event, "suite");
    tests.push_back({.program = &program,
                     .suite = shown_name(suite.empty() ? file.string() : suite),
                     .name = shown_name(bytes_at(event, "name")),
                     .id = bytes_at(event, "id"),
                     .call = file.string(),
                     .file = file.string(),
                     .line = event.value("line", 0)});
  }
  if (!ended)
    throw Error(program.path + ": pytest ended before it had listed its tests",
                {.hint = "its plugin " + std::string(kPlugin) + " must be loaded: -p on its command line",
                 .exit_code = kBuild});
  return tests;
}

TestCall PytestTests::call(const CallRequest& request) const {
  const auto& test = request.test;
  TestCall call{.args = pytest_with_plugin(*test.program, request.root, request.record),
                .env = plugin_environment(request.env, request.scratch, request.record)};
  const auto file = sayable(test.call);
  // Shortly before the limit Python prints what each thread waits for.
  for (const auto& arg :
       {std::string("--verbosity=0"), std::string("-o"),
        fmt::format("faulthandler_timeout={}", std::max(1, request.timeout_seconds - 1)), file.string()})
    call.args.push_back(arg);
  std::string only;
  for (const char c : test.id) only += fmt::format("{:02x}", static_cast<unsigned char>(c));
  call.env["HARNESS_PYTEST_ONLY"] = only;
  if (file != fs::path(test.call) && file != fs::path(".") / test.call)
    call.env["HARNESS_PYTEST_FILE"] = (request.root / test.call).string();
  return call;
}

Record PytestTests::read(const CallRequest& request, const fs::path&, const ProcessResult&) const {
  const auto events = take_events(request.record);
  if (events.empty()) return {.entries = {}, .problem = "pytest did not begin"};
  const auto pid = events.front().value("pid", 0);
  std::map<std::string, Reports> reports;
  bool ended = false, forked = false;
  size_t others = 0;
  for (const auto& event : events) {
    const auto kind = bytes_at(event, "event");
    if (event.value("pid", 0) != pid) {
      forked = true;
      continue;
    }
    if (kind == "collected") others = event.value("others", size_t{0});
    if (kind == "report") reports[bytes_at(event, "id")].add(event);
    if (kind == "end") ended = true;
  }
  Record record;
  if (!ended)
    record.problem =
        forked ? "the process ended before pytest did, while one that it had forked went on in its place"
               : "the process ended before pytest did";
  for (const auto& [id, of_test] : reports) record.entries.push_back(of_test.entry(id));
  if (record.problem.empty() && reports.empty())
    record.problem = fmt::format("no test ran: pytest collected {} others in {}, and not this one", others,
                                 request.test.call);
  return record;
}

}  // namespace

const Framework& pytest_framework() {
  static const PytestTests only;
  return only;
}

}  // namespace harness
