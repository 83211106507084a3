#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/programs/framework.h"

namespace harness {

/// A package with tests.
struct GoPackage {
  std::string import_path, module;
  std::filesystem::path dir;
  std::vector<std::string> files;  ///< of tests
  std::vector<std::string>
      tests;         ///< "TestX", "FuzzX", "ExampleX" with an output: what its test program is compiled of
  std::string name;  ///< that its files say
  bool has_external = false;  ///< tests in the package NAME_test
  bool uses_ginkgo = false;   ///< version 2, in its test program
  /// Below its module: "deck"; the module's last word for its root. The import path where another package of
  /// the entry that has tests would have the same.
  std::string suite = {};
};

/// The packages of `program.path`, "./e2e/...", that the go command finds with `env`. Their tests are read in
/// the main function that it generates for each test program; no code of theirs runs. Throws Error (kBuild).
std::vector<GoPackage> go_packages(const ListRequest& request, std::stop_token stop);

/// "go" with `args` and the tags of the program's entry.
std::vector<std::string> go_command(std::vector<std::string> args, const TestProgram& program);

/// A value that Go printed by %q, at the beginning of `text`, which goes on after it.
std::string take_go_quoted(std::string_view& text);

}  // namespace harness
