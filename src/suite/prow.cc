#include "suite/prow.h"

#include <ctime>
#include <nlohmann/json.hpp>

#include "base/files.h"

namespace harness {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void write_started(const fs::path& dir, const std::string& commit) {
  create_folders(dir);
  fs::remove(dir / "finished.json");
  Json json{{"timestamp", std::time(nullptr)}};
  if (!commit.empty()) json["repo-commit"] = commit;
  write_file_atomically(dir / "started.json", json.dump(2) + "\n");
}

void write_finished(const fs::path& dir, const std::string& result) {
  const Json json{{"timestamp", std::time(nullptr)}, {"passed", result == "SUCCESS"}, {"result", result}};
  write_file_atomically(dir / "finished.json", json.dump(2) + "\n");
}

bool finish_killed(const fs::path& dir) {
  if (!fs::exists(dir / "started.json") || fs::exists(dir / "finished.json")) return false;
  write_finished(dir, "ABORTED");
  return true;
}

}  // namespace harness
