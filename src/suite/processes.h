#pragma once

#include <functional>
#include <vector>

#include "suite/test_case.h"

namespace harness {

/// Which tests run in one process each, as positions in `tests`, those that take longest first. Without
/// `process: shared` it is one; else those of one program (Go: of one package), of a pytest entry in up to
/// `jobs` parts where that saves time: by files where there are enough. `seconds` is what a test took the
/// last time; negative: not known. Specs of Ginkgo are divided so, too, but for those of one ordered
/// container and those that are undivided.
std::vector<std::vector<size_t>> divided_into_processes(
    const std::vector<const TestCase*>& tests, size_t jobs,
    const std::function<double(const TestCase&)>& seconds);

/// Processes that run one after another: one, or all of an entry with `order: file`.
using Turn = std::vector<std::vector<size_t>>;
std::vector<Turn> divided_into_turns(const std::vector<const TestCase*>& tests,
                                     const std::vector<std::vector<size_t>>& processes);

/// In the order of the tests, as they are listed.
void sort_as_listed(std::vector<std::vector<size_t>>& processes);

/// Those of `tests` that have to run before `test` in its process: the earlier ones of its ordered container.
std::vector<const TestCase*> run_before(const TestCase& test, const std::vector<const TestCase*>& tests);

}  // namespace harness
