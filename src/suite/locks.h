#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "suite/test_case.h"

namespace harness {

/// Names of which each is held by at most one test at a time (`lock:` of an entry). Thread-safe.
class Locks {
 public:
  using Names = std::set<std::string>;

  /// Those of a test: what its entry says, and that it writes files which others write, too.
  static Names of(const TestCase& test);

  /// Takes the first of `waiting` out of it whose names are all free, and holds them; waits where there is
  /// none. Nothing where `waiting` is empty. `waiting` belongs to this object as long as others may call.
  std::optional<size_t> take_first(std::list<size_t>& waiting,
                                   const std::function<const Names&(size_t)>& names_of);
  void take(const Names& names);
  void give_back(const Names& names);

 private:
  bool hold_if_free(const Names& names);

  std::mutex mutex_;
  std::condition_variable freed_;
  Names held_;
};

}  // namespace harness
