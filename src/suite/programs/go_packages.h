#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/programs/framework.h"

namespace harness {

/// A package of an entry. One without files of tests has nothing to run, and is to build all the same.
struct GoPackage {
  std::string import_path, module;
  std::filesystem::path dir;
  std::vector<std::string> files;  ///< of tests
  std::vector<std::string>
      tests;  ///< "TestX", "FuzzX", "ExampleX" with an output: what its test program is compiled of
  bool has_main = false;      ///< the source of which these were read
  std::string name;           ///< that its files say
  bool has_external = false;  ///< tests in the package NAME_test
  bool uses_ginkgo = false;   ///< version 2, in its test program
  /// Below its module: "deck"; the module's last word for its root. The import path where another package of
  /// the entry would have the same, and has files of tests or this one has none.
  std::string suite = {};
};

/// The packages of `program.path`, "./e2e/...", that the go command finds with `env`, also those that cannot
/// be built. Their tests are read in the main function that it generates for each test program; no code of
/// theirs runs. Throws Error (kBuild).
std::vector<GoPackage> go_packages(const ListRequest& request, std::stop_token stop);

/// Where the go command is called for such a path, and what with: a folder may be a module of its own.
struct GoPattern {
  std::filesystem::path dir;
  std::string packages;  ///< "./..."
};
GoPattern go_pattern(const std::filesystem::path& root, const std::string& path);

/// "go" with `args` and the tags of the program's entry.
std::vector<std::string> go_command(std::vector<std::string> args, const TestProgram& program);

/// A value that Go printed by %q, at the beginning of `text`, which goes on after it.
std::string take_go_quoted(std::string_view& text);

}  // namespace harness
