#include "cli/chart_tests.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "cluster/state_files.h"

namespace harness {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kConnect{10}, kRemoval{60};

const Object& object_of(const TestCase& test, const std::vector<Object>& hooks) {
  const auto found = std::find_if(hooks.begin(), hooks.end(), [&](const auto& hook) {
    return hook.name == test.id && ChartTestRun::is_test(hook);
  });
  if (found == hooks.end()) throw std::logic_error("no test " + test.id);
  return *found;
}

Attempt failed(const std::string& reason) { return {.status = Attempt::Status::failed, .reason = reason}; }

}  // namespace

std::mutex& ChartTests::turn_of(const TestCase& test) {
  const std::lock_guard lock(mutex_);
  return turns_[test.full_name()];
}

Attempt ChartTests::run(const TestCase& test, const std::filesystem::path& log, std::chrono::seconds timeout,
                        std::stop_token stop) {
  const std::lock_guard turn(turn_of(test));
  const auto began = Clock::now();
  std::string text;
  const Waiting waiting{.deadline = began + timeout,
                        .on_progress = [](const std::string&) {},
                        .on_notice = [](const std::string&) {},
                        .on_trouble =
                            [&](const Diagnosis& diagnosis) {
                              text += diagnosis.cause + "\n" + diagnosis.evidence +
                                      "\nhint: " + diagnosis.hint + "\n";
                            }};
  Attempt attempt{.status = Attempt::Status::passed};
  try {
    api_.wait_until_ready(kConnect, stop);
    const auto hooks = context_.objects.tests_of(*context_.project.component(test.program->path),
                                                 read_texts(context_.instance.images_file()));
    run_.run(
        object_of(test, hooks), hooks, [&](const std::string& printed) { text += printed; }, waiting, stop);
  } catch (const Error& e) {
    const bool is_over = Clock::now() > waiting.deadline;
    attempt = failed(is_over ? fmt::format("timed out after {}s: {}", timeout.count(), e.what()) : e.what());
    text += e.details.output_tail + (e.details.hint.empty() ? "" : "\nhint: " + e.details.hint) + "\n";
  }
  write_file_atomically(log, text);
  attempt.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return attempt;
}

void ChartTests::end() {
  const Waiting waiting{.deadline = Clock::now() + kRemoval, .on_progress = [](const std::string&) {}};
  run_.end(waiting, {});
}

}  // namespace harness
