#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "suite/programs/framework.h"

namespace harness {

/// TestCase::call of a spec, by its parts.
struct GinkgoProgram {
  std::string file;      ///< compiled, absolute
  std::string function;  ///< "TestDeck"; several are separated by "|"
  std::string suite;     ///< what it is described as
  std::string call() const;
  static GinkgoProgram of(const TestCase& spec);
};

/// What a call needs and leaves behind besides its record.
struct GinkgoFiles {
  explicit GinkgoFiles(std::filesystem::path file) : record(std::move(file)) {}
  const std::filesystem::path record;                                ///< JSON lines, see ginkgo_record.h
  const std::filesystem::path wanted = record.string() + ".wanted";  ///< what harness_ginkgo.go is asked for
  const std::filesystem::path testing_end =
      record.string() + ".ended";  ///< is there once Go's testing has ended
  /// Removes all; whether Go's testing had ended.
  bool take() const;
};

/// How a suite is called for `specs`, all of it, which print into `log`.
TestCall ginkgo_call(const std::vector<const TestCase*>& specs, const GinkgoFiles& files,
                     const std::filesystem::path& log, const std::vector<std::string>& more);

/// How it is called to list them.
TestCall ginkgo_list_call(const GinkgoProgram& program, const GinkgoFiles& files,
                          const std::vector<std::string>& args);

std::unique_ptr<SharedProcess> share_ginkgo_process(const SharedRequest& request);

}  // namespace harness
