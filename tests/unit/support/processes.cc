#include "support/processes.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/files.h"
#include "base/text.h"

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

bool is_running(pid_t pid) {
  const auto stat = text_of("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.substr(name_end + 2, 1) != "Z" &&
         stat.substr(name_end + 2, 1) != "X";
}

std::vector<pid_t> pids_in(const std::filesystem::path& file, size_t count) {
  std::vector<pid_t> pids;
  EXPECT_TRUE(eventually([&] {
    const auto text = text_of(file);
    pids.clear();
    if (!text.ends_with('\n')) return false;
    for (const auto& line : harness::split(harness::trim(text), '\n')) pids.push_back(std::stoi(line));
    return pids.size() >= count;
  })) << file
      << ": " << text_of(file);
  return pids;
}

std::string text_of(const std::filesystem::path& file) {
  try {
    return harness::read_file(file);
  } catch (const std::exception&) {
    return "";
  }
}
