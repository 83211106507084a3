// pytest: https://docs.pytest.org. A plugin of ours, harness_pytest.py, says what it collects and records how
// tests end.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "harness_pytest_py.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/byte_json.h"
#include "suite/programs/growing_file.h"
#include "suite/programs/shared.h"

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

std::vector<Json> events_of(const std::string& lines) {
  std::vector<Json> events;
  for (const auto& line : split(lines, '\n'))
    if (auto event = parse_byte_json(line); event.is_object()) events.push_back(std::move(event));
  return events;
}

void remove_record(const fs::path& record) {
  std::error_code ignored;
  for (const char* what : {"", ".only"}) fs::remove(record.string() + what, ignored);
  fs::remove_all(record.string() + ".cache", ignored);
}

/// The lines of a record. The last one of a process that was killed may be half a line.
std::vector<Json> take_events(const fs::path& record) {
  std::error_code ignored;
  auto events = fs::is_regular_file(record, ignored) ? events_of(read_file(record)) : std::vector<Json>{};
  remove_record(record);
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

const char* problem_without_end(bool forked) {
  return forked ? "the process ended before pytest did, while one that it had forked went on in its place"
                : "the process ended before pytest did";
}

/// What of a record counts: what the process itself has written.
class Events {
 public:
  /// Whether `event` is its own.
  bool add(const Json& event) {
    const auto pid = event.value("pid", 0);
    if (pid_ == 0) pid_ = pid;
    if (pid != pid_) {
      forked_ = true;
      return false;
    }
    const auto kind = bytes_at(event, "event");
    if (kind == "collected") others_ = event.value("others", size_t{0});
    if (kind == "end") ended_ = true;
    return true;
  }
  std::string problem() const {
    return pid_ == 0 ? "pytest did not begin" : ended_ ? "" : problem_without_end(forked_);
  }
  size_t others() const { return others_; }

 private:
  int pid_ = 0;
  bool ended_ = false, forked_ = false;
  size_t others_ = 0;
};

/// What of a call says which tests are wanted of which files: those are arguments, the rest is in a file.
struct Wanted {
  std::vector<std::string> files;
  Json only = {{"tests", Json::object()}};

  void add(const TestCase& test, const std::string& artifacts, const fs::path& root) {
    const auto file = sayable(test.call);
    if (std::find(files.begin(), files.end(), file.string()) == files.end()) files.push_back(file.string());
    only["tests"][text_of_bytes(test.id)] = text_of_bytes(artifacts);
    wanted_.insert((root / test.call).string());
    exact_ = exact_ && (file == fs::path(test.call) || file == fs::path(".") / test.call);
  }
  /// The variable that names it.
  Environment write(const fs::path& record) {
    for (const auto& file : wanted_)
      if (!exact_) only["files"].push_back(text_of_bytes(file));
    const fs::path file = record.string() + ".only";
    write_file_atomically(file, only.dump(-1, ' ', true));
    return {{"HARNESS_PYTEST_ONLY", file.string()}};
  }

 private:
  std::set<std::string> wanted_;
  bool exact_ = true;  ///< the command line says just these files
};

/// Shortly before the limit Python prints what each thread waits for.
TestCall pytest_call(const TestProgram& program, const fs::path& root, const fs::path& scratch,
                     const fs::path& record, const Environment& env, int timeout_seconds, Wanted wanted) {
  TestCall call{.args = pytest_with_plugin(program, root, record),
                .env = plugin_environment(env, scratch, record)};
  call.env.merge(wanted.write(record));
  call.args.push_back(wanted.only.contains("log") ? "--verbosity=-1" : "--verbosity=0");
  call.args.push_back("-o");
  call.args.push_back(fmt::format("faulthandler_timeout={}", std::max(1, timeout_seconds - 1)));
  call.args.insert(call.args.end(), wanted.files.begin(), wanted.files.end());
  return call;
}

/// Many tests in one call of pytest.
class PytestProcess : public SharedProcess {
 public:
  explicit PytestProcess(const SharedRequest& request) : request_(request) {}

  TestCall call() const override {
    Wanted wanted;
    for (size_t i = 0; i < request_.tests.size(); ++i)
      wanted.add(*request_.tests[i], request_.logs[i].string() + ".d", request_.root);
    wanted.only["log"] = text_of_bytes(request_.log.string());
    auto call = pytest_call(*request_.tests.front()->program, request_.root, request_.scratch,
                            request_.record, request_.env, request_.timeout_seconds, std::move(wanted));
    if (request_.fail_fast) call.args.push_back("--maxfail=1");
    return call;
  }

  bool knows_who_speaks() const override { return true; }

  void read(TestStream& stream) override {
    const auto size = log_.size();  // what is there now was printed before the events that are there now
    for (const auto& event : events_of(record_.read_lines()))
      if (events_.add(event)) pass_on(event, stream);
    stream.printed(running_, log_.read(size));
  }

  std::string end(TestStream& stream) override {
    read(stream);
    remove_record(request_.record);
    std::error_code ignored;
    fs::remove(request_.log.string() + ".spare", ignored);
    return events_.problem();
  }

 private:
  void pass_on(const Json& event, TestStream& stream) {
    const auto kind = bytes_at(event, "event"), id = bytes_at(event, "id");
    if (kind == "report") reports_[id].add(event);
    if (kind != "start" && kind != "finish") return;
    stream.printed(running_, log_.read(event.value("at", uint64_t{0})));
    if (kind == "start") {
      running_ = id;
      stream.began(id);
    } else {
      running_.clear();
      stream.ended(reports_[id].entry(id), event.value("seconds", -1.0));
    }
  }

  const SharedRequest request_;
  GrowingFile record_{request_.record}, log_{request_.log};
  Events events_;
  std::map<std::string, Reports> reports_;
  std::string running_;
};

class PytestTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& request, std::stop_token stop) const override;
  TestCall call(const CallRequest& request) const override;
  Record read(const CallRequest& request, const fs::path& log, const ProcessResult& ended) const override;
  std::unique_ptr<SharedProcess> share(const SharedRequest& request) const override {
    return std::make_unique<PytestProcess>(request);
  }
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
  Events events;
  for (const auto& event : take_events(record)) {
    if (!events.add(event) || bytes_at(event, "event") != "item") continue;
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
  if (!events.problem().empty())
    throw Error(program.path + ": pytest ended before it had listed its tests",
                {.hint = "its plugin " + std::string(kPlugin) + " must be loaded: -p on its command line",
                 .exit_code = kBuild});
  return tests;
}

TestCall PytestTests::call(const CallRequest& request) const {
  Wanted wanted;
  wanted.add(request.test, "", request.root);
  return pytest_call(*request.test.program, request.root, request.scratch, request.record, request.env,
                     request.timeout_seconds, std::move(wanted));
}

Record PytestTests::read(const CallRequest& request, const fs::path&, const ProcessResult&) const {
  Events events;
  std::map<std::string, Reports> reports;
  for (const auto& event : take_events(request.record))
    if (events.add(event) && bytes_at(event, "event") == "report") reports[bytes_at(event, "id")].add(event);
  Record record{.entries = {}, .problem = events.problem()};
  for (const auto& [id, of_test] : reports) record.entries.push_back(of_test.entry(id));
  if (record.problem.empty() && reports.empty())
    record.problem = fmt::format("no test ran: pytest collected {} others in {}, and not this one",
                                 events.others(), request.test.call);
  return record;
}

}  // namespace

const Framework& pytest_framework() {
  static const PytestTests only;
  return only;
}

}  // namespace harness
