#include "testrun/runs.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "testrun/clock.h"
#include "testrun/left_behind.h"
#include "testrun/phase.h"
#include "testrun/scratch.h"

namespace harness::testrun {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kStatus = "status.json";
constexpr const char* kLock = "lock";

/// What Kubernetes puts behind generateName: no vowels, no words.
std::string suffix() {
  static const std::string letters = "bcdfghjklmnpqrstvwxz2456789";
  std::random_device device;
  std::string text;
  for (int i = 0; i < 5; ++i) text += letters[device() % letters.size()];
  return text;
}

Json status_of(const fs::path& run) {
  if (!fs::exists(run / kStatus)) return Json::object();
  auto json = Json::parse(read_file(run / kStatus), nullptr, false);
  return json.is_object() ? json : Json::object();
}

template <typename Value>
Value field(const Json& json, const char* name, Value otherwise) {
  const auto found = json.find(name);
  try {
    return found == json.end() ? otherwise : found->template get<Value>();
  } catch (const Json::exception&) {
    return otherwise;
  }
}

std::vector<std::string> nodes_of(const Json& status) {
  std::vector<std::string> names;
  for (const auto& step : field<Json>(status, "steps", Json::array()))
    names.push_back(field<std::string>(step, "name", ""));
  return names;
}

}  // namespace

Runs::Claimed Runs::claim(const std::string& base) const {
  create_private_folder(dir_.parent_path());
  create_private_folder(dir_);
  while (true) {
    const auto id = base + "-" + suffix();
    if (!fs::create_directory(dir_ / id)) continue;
    make_private(dir_ / id);
    std::string holder;
    auto lock = FileLock::try_lock(dir_ / id / kLock, &holder);
    if (lock) return {id, dir_ / id, std::move(*lock)};
  }
}

std::vector<fs::path> Runs::all() const {
  std::set<fs::path> runs;
  if (fs::is_directory(dir_))
    for (const auto& entry : fs::directory_iterator(dir_))
      if (entry.is_directory()) runs.insert(entry.path());
  return {runs.begin(), runs.end()};
}

std::vector<std::string> Runs::collect(std::chrono::system_clock::time_point now) const {
  std::vector<std::string> said;
  for (const auto& run : all()) {
    std::string holder;
    const auto lock = FileLock::try_lock(run / kLock, &holder);
    if (!lock) continue;  // it runs
    auto status = status_of(run);
    const auto id = run.filename().string();
    const auto last_write = fs::last_write_time(fs::exists(run / kStatus) ? run / kStatus : run);
    const auto changed = std::chrono::time_point_cast<std::chrono::system_clock::duration>(
        fs::file_time_type::clock::to_sys(last_write));
    if (!status.contains("completionTime")) {
      const auto processes = end_processes_of(id);
      remove_folders_of(run, nodes_of(status));
      said.push_back(fmt::format(
          "{} was killed: its onExit did not run to its end{}", id,
          processes > 0 ? fmt::format("; processes that it left were ended: {}", processes) : ""));
      status["phase"] = word(Phase::error);
      status["message"] = "killed";
      status["completionTime"] = rfc3339(changed);
      write_file_atomically(run / kStatus, status.dump(2) + "\n");
      fs::last_write_time(run / kStatus, last_write);  // from here on its ttl counts
    }
    const auto ttl = field<long>(status, "ttlSecondsAfterFinished", -1);
    if (ttl < 0 || now < changed + std::chrono::seconds(ttl)) continue;
    fs::remove_all(run);
    said.push_back(
        fmt::format("{} removed: it finished {}", id, field<std::string>(status, "completionTime", "")));
  }
  Scratch::remove_left(dir_);
  return said;
}

void Runs::resume(const std::string& step) const {
  std::vector<std::string> paused;
  bool any = false;
  for (const auto& run : all()) {
    const auto status = status_of(run);
    std::string holder;
    if (FileLock::try_lock(run / kLock, &holder)) continue;
    for (const auto& one : field<Json>(status, "steps", Json::array())) {
      if (!field<bool>(one, "paused", false)) continue;
      const auto name = field<std::string>(field<Json>(one, "position", Json::object()), "step", "");
      paused.push_back(name);
      if (name != step || any) continue;
      write_file_atomically(run / "resume" / step, "");
      any = true;
    }
  }
  if (any) return;
  const auto near = nearest(step, paused);
  throw Error(fmt::format("no run is paused before a step \"{}\"{}", step,
                          near ? " (did you mean \"" + *near + "\"?)" : ""),
              {.hint = paused.empty() ? "no run is paused at all" : "paused: " + join(paused, ", "),
               .exit_code = kUsage});
}

}  // namespace harness::testrun
