#include "framework/cleanup.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace test {

namespace {

std::vector<std::function<void()>> deferred;

void run_last() {
  const auto cleanup = std::move(deferred.back());
  deferred.pop_back();
  try {
    cleanup();
  } catch (const std::exception& e) {
    ADD_FAILURE() << "a cleanup failed: " << e.what();
  } catch (...) {
    ADD_FAILURE() << "a cleanup threw what is no std::exception";
  }
}

/// GoogleTest calls it when the fixture is gone, and the test can still fail.
class AtEnd : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo&) override {
    while (!deferred.empty()) run_last();  // also what these defer
  }
};

}  // namespace

void defer_cleanup(std::function<void()> cleanup) {
  auto* const unit = testing::UnitTest::GetInstance();
  if (!unit->current_test_info()) throw std::logic_error("defer_cleanup() is for use inside of a test");
  [[maybe_unused]] static const bool added = (unit->listeners().Append(new AtEnd), true);  // which owns it
  deferred.push_back(std::move(cleanup));
}

}  // namespace test
