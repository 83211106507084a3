#pragma once

#include <optional>
#include <string>

#include "suite/programs/listed_program.h"
#include "support/environment.h"
#include "unit_tests_paths.h"

namespace harness {

/// A Go module, example.com/m, whose tests are listed.
class ListedGoModule : public ListedProgram {
 protected:
  ListedGoModule() {
    const char* path = std::getenv("PATH");
    path_.emplace("PATH", std::string(path ? path : "") + ":" GO_FOLDERS);
    project_.write("go.mod", "module example.com/m\n\ngo 1.20\n");
  }
  void write(const std::string& file, const std::string& body) {
    project_.write(file, "package p\n\n" + body);
  }

  std::optional<ScopedVariable> path_;
};

}  // namespace harness
