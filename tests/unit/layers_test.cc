// What may include what (ARCHITECTURE.md, "The driver").
#include <gmock/gmock.h>
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = fs::path(TEST_SOURCE_DIR).parent_path().parent_path();
// Each may use itself and those after it.
const std::vector<std::string> kLayers{"cli",   "testrun", "suite",  "deploy",
                                       "image", "cluster", "config", "base"};

struct Include {
  std::string from, what;  ///< "src/deploy/deployer.cc", "base/error.h"
};

std::vector<Include> includes_below(const std::string& folder) {
  std::vector<Include> all;
  static const RE2 quoted("#include \"([^\"]+)\"");
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
    std::string what;
    for (const auto& line : split(read_file(entry.path()), '\n'))
      if (RE2::PartialMatch(line, quoted, &what)) all.push_back({fs::relative(entry.path(), kRoot), what});
  }
  EXPECT_FALSE(all.empty()) << folder;
  return all;
}

auto layer_of(const std::string& include) {
  return std::find(kLayers.begin(), kLayers.end(), include.substr(0, include.find('/')));
}

TEST(LayersTest, TheDriverDependsInOneDirection) {
  for (const auto& layer : kLayers)
    for (const auto& [from, what] : includes_below("src/" + layer))
      EXPECT_GE(layer_of(what), layer_of(layer)) << from << " includes " << what;
}

TEST(LayersTest, EveryFolderOfTheDriverHasItsPlace) {
  for (const auto& entry : fs::directory_iterator(kRoot / "src")) {
    if (!entry.is_directory()) continue;
    EXPECT_THAT(kLayers, testing::Contains(entry.path().filename().string()));
  }
}

TEST(LayersTest, WhatIsTestedAndWhatTestsItKnowNothingOfTheDriver) {
  for (const char* folder : {"fakes", "components", "tests/integration", "tests/framework"})
    for (const auto& [from, what] : includes_below(folder))
      EXPECT_FALSE(what.find('/') != std::string::npos && fs::exists(kRoot / "src" / what))
          << from << " includes " << what;
}

}  // namespace
}  // namespace harness
