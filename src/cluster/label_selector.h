#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cluster/objects.h"

namespace harness {

/// Which objects a selector selects by their labels, by the API's own rules
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors).
class LabelSelector {
 public:
  /// Selects nothing.
  LabelSelector() = default;
  /// A `LabelSelector` of the API: matchLabels and matchExpressions, all of which must hold. Null selects
  /// nothing; an empty object selects everything.
  static LabelSelector of_object(const nlohmann::json& selector);
  /// A map of labels, as Services and ReplicationControllers have it. Null and an empty map select nothing.
  static LabelSelector of_map(const nlohmann::json& labels);
  /// Of an object of this type, for its pods. What has no selector selects nothing.
  static LabelSelector of(const GroupKind& type, const nlohmann::json& object);

  /// Whether it selects an object with these labels (`metadata.labels`, which may be null).
  bool selects_labels(const nlohmann::json& labels) const;
  bool selects(const nlohmann::json& object) const;
  bool selects_nothing() const { return !selects_something_; }

  /// As a person reads it, and as `kubectl -l` takes it: "app=web,tier in (a,b),!old". Empty if it selects
  /// everything, or nothing.
  std::string text() const;
  /// As a parameter of a request: "labelSelector=app%3Dweb"; empty if it selects everything. No parameter can
  /// select nothing.
  std::string query() const;

 private:
  enum class Operator { in, not_in, exists, does_not_exist };
  struct Requirement {
    std::string key;
    Operator how;
    std::vector<std::string> values;
  };
  static bool holds(const Requirement& one, const nlohmann::json& labels);

  bool selects_something_ = false;
  std::vector<Requirement> requirements_;
};

}  // namespace harness
