#pragma once

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/captured.h"
#include "testrun/loading.h"
#include "testrun/run.h"

/// Runs Testruns with real processes.
class Running : public Loading {
 public:
  harness::testrun::RunResult run(const std::string& spec) { return run_loaded(load(spec)); }
  harness::testrun::RunResult run_loaded(const harness::testrun::Loaded& loaded) {
    EXPECT_EQ(problems(), "");
    harness::testrun::RunResult result;
    printed_ = captured([&] {
      harness::Terminal terminal({});
      result = harness::testrun::run(
          loaded,
          {.runs = files_ / "runs",
           .kubeconfig = files_ / "kubeconfig",
           .instance = "i",
           .name_space = "n",
           .jobs = jobs_,
           .look_up = [this](const std::string& name_space) -> harness::testrun::LookUp {
             return [this, name_space](const auto& ref, std::stop_token) {
               const auto found = cluster_.find(name_space + "/" + ref.name + "/" + ref.key);
               if (found == cluster_.end())
                 throw harness::Error("there is no key " + ref.key, {.exit_code = harness::kUsage});
               return found->second;
             };
           }},
          terminal, stop_.get_token());
    });
    return result;
  }

  int jobs_ = 4;
  std::stop_source stop_;
  std::map<std::string, std::string> cluster_;  ///< namespace/name/key
  Captured printed_;
};
