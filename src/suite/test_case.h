#pragma once

#include <string>

#include "config/project.h"
#include "suite/labels.h"

namespace harness {

/// One test of a test program.
struct TestCase {
  const TestProgram* program = nullptr;
  std::string suite;  ///< "TestDeck"; empty for a command
  std::string name;   ///< "ShowsJobs"
  /// What runs it: a pytest node id, "tests/test_deck.py::TestDeck::test_shows"; a Go package's compiled test program.
  std::string id = {};
  std::string dir = {};  ///< absolute; where it runs; empty: the project's root
  Labels labels = {};    ///< in_order
  std::string owner = {};
  std::string file = {};  ///< where it is written, relative to the project or absolute; empty: not known
  int line = 0;
  int timeout_seconds = 0;  ///< 0: that of the run

  std::string full_name() const { return suite.empty() ? name : suite + "/" + name; }
  /// With its labels: "TestDeck/ShowsJobs [BETA] [SERIAL]".
  std::string title() const { return labels.empty() ? full_name() : full_name() + " " + shown(labels); }
};

}  // namespace harness
