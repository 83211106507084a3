#pragma once

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include "base/text.h"
#include "testrun/emit/emit.h"
#include "testrun/loading.h"

/// What a Testrun is on an engine.
class Emitting : public Loading {
 public:
  /// The documents of a Testrun with this spec (see Loading::load).
  std::vector<nlohmann::ordered_json> emit(harness::testrun::Engine engine, const std::string& spec,
                                           int attempts = 1) {
    defaults_.only_pods = harness::testrun::has_own_pods(engine);
    return emit(engine, load(spec), attempts);
  }
  std::vector<nlohmann::ordered_json> emit(harness::testrun::Engine engine,
                                           const harness::testrun::Loaded& loaded, int attempts = 1) {
    EXPECT_EQ(problems(), "");
    auto emitted =
        harness::testrun::emit(loaded, {.engine = engine, .attempts = attempts, .root = files_.root()});
    warnings_ = harness::join(emitted.remarks, "\n");
    return emitted.documents;
  }
  /// The first document of this kind.
  static nlohmann::ordered_json of_kind(const std::vector<nlohmann::ordered_json>& documents,
                                        const std::string& kind) {
    for (const auto& one : documents)
      if (one.value("kind", "") == kind) return one;
    ADD_FAILURE() << "no " << kind;
    return {};
  }
  /// The element with this name of a list.
  static nlohmann::ordered_json named(const nlohmann::ordered_json& list, const std::string& name) {
    for (const auto& one : list)
      if (one["name"] == name) return one;
    ADD_FAILURE() << "no " << name;
    return {};
  }

  std::string warnings_;
};
