#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"

namespace harness {

// What tests make has labels (tests/framework): who made it is known when it was not deleted.
inline constexpr const char* kRunLabel = "test.harness/run";
inline constexpr const char* kTestLabel = "test.harness/name";
inline constexpr const char* kKeptLabel = "test.harness/kept";  ///< "true": by -keep-namespaces

/// An object that a test made and that is still there.
struct Leftover {
  std::string kind, name_space, name;  ///< no namespace: a cluster-wide object
  std::string path;                    ///< at the API
  std::string test, run;
  bool kept = false;
  std::string text() const;  ///< "Pod default/x of TestDeck.Shows"
};

/// Those of every type that can be listed and deleted; of one run where `run` is not empty. What lies in a
/// namespace that is itself one of them is not named again, nor what another object owns.
std::vector<Leftover> find_leftovers(const KubeApi& api, const std::string& run, std::stop_token stop);

/// Deletes them and waits until they are gone. Throws Error (kCluster) naming one that stays for `patience`.
void remove_leftovers(const KubeApi& api, const std::vector<Leftover>& leftovers,
                      std::chrono::seconds patience, std::stop_token stop);

}  // namespace harness
