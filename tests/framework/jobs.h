#pragma once

#include <map>
#include <string>
#include <vector>

#include "framework/cluster.h"

namespace test {

/// A CI job as hook would make it, but with commands of the test's own. Deleted with this object.
class CiJob {
 public:
  struct Spec {
    std::string repo;  ///< "org/repo"
    std::string sha;   ///< the commit whose status it is
    std::string context = "ci/test";
    std::vector<std::string> command = {"true"};
    std::vector<std::string> clone_command = {"true"};  ///< in place of clonerefs
    std::map<std::string, std::string> labels = {}, annotations = {};
    std::string name_space = "test-pods";
  };
  /// `name` is a DNS label that no other job has.
  CiJob(const std::string& name, const Spec& spec);
  ~CiJob();
  CiJob(const CiJob&) = delete;
  CiJob& operator=(const CiJob&) = delete;
  const std::string& name() const { return ref_.name; }
  const Ref& ref() const { return ref_; }

 private:
  Ref ref_;
};

}  // namespace test
