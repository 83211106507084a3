#include "suite/programs/go_programs.h"

#include <re2/re2.h>

#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/text.h"
#include "base/threads.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/go_broken.h"
#include "suite/programs/go_flags.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

constexpr auto kLongestBuild = std::chrono::minutes(10);

/// Its command can be pasted, and what it printed is whole.
void run_go(const std::vector<std::string>& args, const GoPackage& package, const ListRequest& request,
            std::stop_token stop) {
  const auto ended =
      run({.args = args, .dir = package.dir, .env = request.env, .only_env = true, .timeout = kLongestBuild},
          std::move(stop));
  if (ended.ok()) return;
  throw Error(package.import_path + (ended.timed_out ? " is not built within 10 minutes" : " does not build"),
              {.command = "cd " + shell_quoted({package.dir.string()}) + " && " + shell_quoted(args),
               .output_tail = trim(ended.err + ended.out),
               .exit_code = kBuild});
}

/// What `go test` makes of packages without files of tests, should one of them have got some by now: no code
/// runs.
std::vector<std::string> go_test_of(const std::vector<std::string>& packages, const TestProgram& program) {
  auto args = go_command({"test", "-exec=true", "-run=^$"}, program);
  args.insert(args.end(), packages.begin(), packages.end());
  return args;
}

void go_test_without_files(const GoPackage& package, const ListRequest& request, std::stop_token stop) {
  run_go(go_test_of({"."}, request.program), package, request, std::move(stop));
}

/// In one call, which says of none in particular that it does not.
bool do_build(const std::vector<const GoPackage*>& packages, const ListRequest& request,
              std::stop_token stop) {
  if (packages.empty()) return true;
  std::vector<std::string> paths;
  for (const auto* package : packages) paths.push_back(package->import_path);
  GoPackage all{.import_path = request.program.path,
                .dir = go_pattern(request.root, request.program.path).dir};
  try {
    run_go(go_test_of(paths, request.program), all, request, std::move(stop));
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// A hash of all that `go test -c` with these arguments would compile and link, as the go command tells it by
/// the ids of its builds: of the package, its tests and what they depend on, the go command's own version and
/// flags among them. Empty where that does not compile.
std::string parts_of_program(const std::vector<std::string>& more, const std::vector<std::string>& args,
                             const GoPackage& package, const ListRequest& request, std::stop_token stop) {
  auto list = go_command({"list", "-export", "-test", "-deps", "-f", "{{.ImportPath}} {{.BuildID}}"},
                         request.program);
  list.insert(list.end(), more.begin(), more.end());
  list.push_back(".");
  const auto parts =
      run({.args = list, .dir = package.dir, .env = request.env, .only_env = true, .timeout = kLongestBuild},
          std::move(stop));
  if (!parts.ok()) return "";
  Sha256 hash;
  hash.update(shell_quoted(args) + "\n" + parts.out);
  for (const auto& [name, value] : request.env)  // of the linker, which no id covers
    if (name.starts_with("GO") || name.starts_with("CGO_") || name == "CC" || name == "CXX")
      hash.update("\n" + name + "=" + value);
  return hash.hex();
}

}  // namespace

ListRequest with_go_build_flags(ListRequest request, std::stop_token stop) {
  const auto flags =
      trim(listing({"go", "env", "GOFLAGS"}, request.root, request.program.path, request.env, stop));
  request.env["GOFLAGS"] = request.program.env.contains("GOFLAGS") ? request.program.env.at("GOFLAGS")
                                                                   : divided_go_flags(flags).build;
  if (request.env["GOFLAGS"].empty()) request.env["GOFLAGS"] = " ";
  return request;
}

fs::path go_program(const GoPackage& package, const ListRequest& request) {
  const bool ginkgo = request.program.kind == TestProgram::Kind::ginkgo;
  std::string what = package.import_path + "\n" + request.program.path + (ginkgo ? "\nginkgo" : "");
  for (const auto& tag : request.program.tags) what += "\n-tags=" + tag;
  for (const auto& [name, value] : request.program.env) what += "\n" + name + "=" + value;
  return request.scratch / "go" /
         (file_name_for(package.import_path).substr(0, 100) + "~" + sha256_hex(what).substr(0, 16)) /
         (package.import_path.substr(package.import_path.rfind('/') + 1) + ".test");
}

void build_go_program(const GoPackage& package, const ListRequest& request,
                      const std::vector<std::string>& more, std::stop_token stop) {
  const auto program = go_program(package, request);
  create_folders(program.parent_path());
  auto args = go_command({"test", "-c"}, request.program);
  args.insert(args.end(), more.begin(), more.end());
  args.insert(args.end(), {"-o", program.string(), "."});
  const auto parts_file = program.parent_path() / "parts";
  const auto remove = [&] {
    std::error_code missing;
    fs::remove(program, missing);
  };
  const auto parts = parts_of_program(more, args, package, request, stop);
  if (!parts.empty() && fs::exists(program) && fs::exists(parts_file) && read_file(parts_file) == parts)
    return;
  fs::remove(parts_file);
  try {
    run_go(args, package, request, std::move(stop));
  } catch (...) {
    remove();
    throw;
  }
  if (!package.has_main) {
    remove();
    throw Error(package.import_path + ": go list -test shows no test program of it",
                {.hint = "Go 1.20 or later is needed", .exit_code = kBuild});
  }
  // Where a source changed meanwhile it is not known what the program was linked from.
  if (!parts.empty() && parts_of_program(more, args, package, request, stop) == parts)
    write_file_atomically(parts_file, parts);
}

std::vector<TestCase> tests_of_packages(
    const std::vector<GoPackage>& packages, const ListRequest& request,
    const std::function<std::vector<TestCase>(const GoPackage&)>& tests_of, std::stop_token stop) {
  std::vector<const GoPackage*> without_files;
  for (const auto& package : packages)
    if (package.files.empty()) without_files.push_back(&package);
  const bool build_at_once = do_build(without_files, request, stop);
  std::vector<std::vector<TestCase>> by_package(packages.size());
  side_by_side(packages.size(), std::max(1u, std::thread::hardware_concurrency()), [&](size_t i) {
    const auto& package = packages[i];
    try {
      if (!package.files.empty())
        by_package[i] = tests_of(package);
      else if (!build_at_once)
        go_test_without_files(package, request, stop);
    } catch (const Error& e) {
      by_package[i] = {broken_go_package(package, request, e, stop)};
    }
  });
  std::vector<TestCase> all;
  for (auto& tests : by_package)
    for (auto& test : tests) all.push_back(std::move(test));
  if (all.empty()) refuse_hidden_files(request, stop);
  return all;
}

TestCase go_test(const std::string& name, const GoPackage& package, const ListRequest& request) {
  TestCase test{.program = &request.program,
                .suite = shown_name(package.suite),
                .name = shown_name(name),
                .id = name,
                .call = go_program(package, request).string(),
                .dir = package.dir.string()};
  for (const auto& file : package.files)
    if (const int line = line_of(package.dir / file, "^func " + RE2::QuoteMeta(name) + "\\("); line > 0) {
      test.file = (package.dir / file).lexically_relative(request.root).string();
      test.line = line;
    }
  return test;
}

}  // namespace harness
