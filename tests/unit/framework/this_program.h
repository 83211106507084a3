#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "framework/process.h"

/// This test program, to run a disabled test of it in a process of its own.
inline test::Command this_program(const std::vector<std::string>& flags,
                                  const std::map<std::string, std::string>& env = {}) {
  test::Command command{.args = {std::filesystem::read_symlink("/proc/self/exe").string()}, .env = env};
  command.args.insert(command.args.end(), flags.begin(), flags.end());
  return command;
}

inline test::Result run_disabled(const std::string& filter,
                                 const std::map<std::string, std::string>& env = {}) {
  return test::run(this_program({"--gtest_also_run_disabled_tests", "--gtest_filter=" + filter}, env));
}

/// What the work throws.
inline std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}
