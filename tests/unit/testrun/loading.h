#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "support/files.h"
#include "testrun/load.h"

/// A Testrun in a folder of its own, whose definitions are in `.test-defs/` beside it.
class Loading {
 public:
  /// A definition that runs `command` by sh. `more` is further text of its spec: "labels: a, behavior:
  /// serial".
  void define(const std::string& name, const std::string& more = "",
              const std::string& command = "true") const;
  /// `spec`: testflow and what else belongs into spec, at the beginning of a line.
  harness::testrun::Loaded& load(const std::string& spec,
                                 const harness::testrun::Parameters& parameters = {});
  /// The same for a whole file that is there.
  harness::testrun::Loaded& load_file(const std::filesystem::path& file,
                                      const harness::testrun::Parameters& parameters = {});

  /// What was found by the last load; problems joined.
  std::string problems() const;
  std::string remarks() const;

  TempProject files_;
  harness::testrun::Defaults defaults_;

 private:
  std::unique_ptr<harness::testrun::Loaded> loaded_;
  harness::testrun::Findings findings_;
};
