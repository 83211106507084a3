#include "testrun/loading.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace fs = std::filesystem;
using namespace harness::testrun;

void Loading::define(const std::string& name, const std::string& more, const std::string& command) const {
  files_.write(".test-defs/" + name + ".yaml",
               fmt::format("kind: TestDefinition\nmetadata: {{name: {}}}\nspec: {{owner: a@example.com, "
                           "command: [sh, -c, {}]{}{}}}\n",
                           name, nlohmann::json(command).dump(), more.empty() ? "" : ", ", more));
}

Loaded& Loading::load(const std::string& spec, const Parameters& parameters) {
  std::string text =
      "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {name: t}\nspec:\n";
  for (const auto& line : harness::split(spec, '\n')) text += "  " + line + "\n";
  if (spec.find("locationSets") == std::string::npos)
    text += "  locationSets: [{name: here, default: true, locations: [{type: local, hostPath: \".\"}]}]\n";
  return load_file(files_.write("testrun.yaml", text), parameters);
}

Loaded& Loading::load_file(const fs::path& file, const Parameters& parameters) {
  findings_ = {};
  loaded_ = harness::testrun::load(
      file, parameters,
      {.project = files_.root(), .cache = files_ / ".harness/locations", .checkouts = files_ / "checkouts"},
      defaults_, findings_, {});
  return *loaded_;
}

std::string Loading::problems() const { return harness::join(findings_.problems, "\n"); }
std::string Loading::remarks() const { return harness::join(findings_.remarks, "\n"); }
