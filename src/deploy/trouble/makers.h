#pragma once

#include <string>

#include "deploy/diagnosis.h"

namespace harness {

/// A ConfigMap or Secret that pods need, and that is not there.
struct MissingConfig {
  bool is_secret;
  std::string name_space, name;
};

/// Who may still make it: a pod that does not need it itself, and whose account has the right to create such
/// objects there, as an operator has that makes its own certificates.
struct Maker {
  std::string pod;        ///< empty: there is none
  bool is_ready = false;  ///< and has had its chance
};
Maker maker_of(const Scene& scene, const MissingConfig& missing);

/// Makes `found`, which says that it is missing, wait for who may make it.
void wait_for_maker(const Scene& scene, const MissingConfig& missing, Diagnosis& found);

}  // namespace harness
