#include "suite/programs/go_programs.h"

#include <re2/re2.h>

#include <atomic>
#include <thread>

#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/threads.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/go_flags.h"

namespace harness {

namespace fs = std::filesystem;

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
  listing(args, package.dir, package.import_path, request.env, std::move(stop));
}

void for_each_package(const std::vector<GoPackage>& packages,
                      const std::function<void(const GoPackage&)>& work) {
  std::atomic<size_t> next = 0;
  run_on_threads(std::max(1u, std::thread::hardware_concurrency()), [&] {
    for (size_t i; (i = next++) < packages.size();) work(packages[i]);
  });
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
