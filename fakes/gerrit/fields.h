#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gerrit/model.h"

namespace fakes::gerrit {

/// A JSON object whose fields are all known: what tests seed. Each error is HttpError (400) and begins with
/// where it is, as "changes[0].revisions[1].revision: ...".
class Fields {
 public:
  Fields(const Json& object, std::string where);

  bool has(const std::string& name) const { return object_.contains(name); }
  std::string text(const std::string& name, const std::string& otherwise = "");
  std::string required_text(const std::string& name);
  int number(const std::string& name, int otherwise = 0);
  bool flag(const std::string& name, bool otherwise);
  std::optional<Time> time(const std::string& name);
  std::vector<std::string> texts(const std::string& name);
  std::vector<Fields> objects(const std::string& name);
  std::optional<Fields> object(const std::string& name);
  /// The fields of an object, in order of their names, each with its place.
  std::vector<std::pair<std::string, Json>> pairs(const std::string& name);
  const Json* any(const std::string& name);

  /// Throws at the first field that nothing asked for.
  void expect_no_more() const;
  [[noreturn]] void fail(const std::string& name, const std::string& what) const;
  std::string place(const std::string& name) const;
  const Json& json() const { return object_; }

 private:
  Json object_;
  std::string where_;
  std::set<std::string> known_;
};

}  // namespace fakes::gerrit
