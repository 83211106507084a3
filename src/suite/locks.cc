#include "suite/locks.h"

#include <algorithm>

namespace harness {

namespace {

/// No lock: of the project is called so.
constexpr const char* kFilesOfTheProject = "files of the project";

}  // namespace

Locks::Names Locks::of(const TestCase& test) {
  const auto& program = *test.program;
  Names names(program.locks.begin(), program.locks.end());
  if (program.cases && !program.cases.private_to_attempt()) names.insert(kFilesOfTheProject);
  return names;
}

bool Locks::hold_if_free(const Names& names) {
  if (std::any_of(names.begin(), names.end(), [this](const auto& name) { return held_.contains(name); }))
    return false;
  held_.insert(names.begin(), names.end());
  return true;
}

std::optional<size_t> Locks::take_first(std::list<size_t>& waiting,
                                        const std::function<const Names&(size_t)>& names_of) {
  std::unique_lock lock(mutex_);
  while (!waiting.empty()) {
    for (auto one = waiting.begin(); one != waiting.end(); ++one)
      if (hold_if_free(names_of(*one))) {
        const auto taken = *one;
        waiting.erase(one);
        return taken;
      }
    freed_.wait(lock);
  }
  return std::nullopt;
}

void Locks::take(const Names& names) {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return hold_if_free(names); });
}

void Locks::give_back(const Names& names) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& name : names) held_.erase(name);
  }
  freed_.notify_all();
}

}  // namespace harness
