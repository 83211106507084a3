#include "testrun/left_behind.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/pause.h"
#include "testrun/artifacts.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

constexpr auto kBetweenLooks = std::chrono::milliseconds(20);

/// Empty of a kernel's own, of a zombie, and of another user's.
std::string environment_of(const fs::path& process) {
  std::ifstream file(process / "environ", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<pid_t> processes_of(const std::string& run_id) {
  const std::string wanted = std::string(1, '\0') + "TM_TESTRUN_ID=" + run_id + '\0';
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); })) continue;
    const auto pid = static_cast<pid_t>(std::stol(name));
    if (pid != getpid() && ('\0' + environment_of(entry.path())).find(wanted) != std::string::npos)
      found.push_back(pid);
  }
  return found;
}

}  // namespace

size_t end_processes_of(const std::string& run_id, std::chrono::milliseconds grace) {
  auto left = processes_of(run_id);
  const auto count = left.size();
  for (const auto pid : left) kill(pid, SIGTERM);
  const auto begin = std::chrono::steady_clock::now();
  for (auto passed = grace * 0; !left.empty() && passed < 2 * grace;
       left = processes_of(run_id)) {  // another user's may stay
    if (passed > grace)
      for (const auto pid : left) kill(pid, SIGKILL);
    pause_for(kBetweenLooks, {});
    passed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  }
  return count;
}

void remove_folders_of(const fs::path& run_dir, const std::vector<std::string>& nodes) {
  std::error_code ignored;
  fs::remove_all(run_dir / "begin", ignored);
  for (const auto& node : nodes) {
    const NodeFolders own{run_dir / (node.starts_with("onExit/") ? node : "testflow/" + node)};
    for (const auto& folder : {own.shared(), own.kubeconfigs(), own.files()}) fs::remove_all(folder, ignored);
  }
}

}  // namespace harness::testrun
