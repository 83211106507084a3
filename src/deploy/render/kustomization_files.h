#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace harness {

/// What `kubectl kustomize FOLDER` reads.
struct KustomizationFiles {
  std::set<std::string>
      files;             ///< relative to the project, those that are missing too where they would be read
  bool is_known = true;  ///< false: something of it is elsewhere (a URL, a variable of the environment), or a
                         ///< kustomization cannot be read
};

/// Follows the kustomizations of `folder`: each text in one that is the path of a file counts, whichever key
/// has it, and each that is the path of a folder with a kustomization, with all that this one reads; so do
/// those in the files of `generators`, `transformers` and `validators`. What kustomize does not read may be
/// among them; what it reads is not left out.
KustomizationFiles kustomization_files(const std::filesystem::path& root, const std::string& folder);

}  // namespace harness
