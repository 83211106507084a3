#pragma once

#include <string>
#include <vector>

#include "deploy/manifest.h"

namespace harness {

/// What is said of the fields of one object, each with its place. A field is a JSON pointer into the object.
class Places {
 public:
  Places(const Object& object, std::vector<std::string>& remarks) : object_(object), remarks_(remarks) {}

  /// "m.yaml:4:3: Ingress default/web".
  std::string at(const std::string& pointer = "") const;
  /// A warning about a field: "warning: m.yaml:4:3: Ingress default/web: spec.tls: TEXT". `field` is how it
  /// is named where its pointer would be hard to read.
  void remark(const std::string& pointer, const std::string& text, const std::string& field = "") const;
  /// Throws Error (kUsage).
  [[noreturn]] void fail(const std::string& pointer, const std::string& text) const;

 private:
  const Object& object_;
  std::vector<std::string>& remarks_;
};

/// "spec.rules[0].host" for "/spec/rules/0/host".
std::string field_of(const std::string& pointer);

}  // namespace harness
