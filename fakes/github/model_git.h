#pragma once

#include <map>
#include <set>
#include <string>

/// Git's objects (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects), by their ids.
namespace fakes::github {

struct TreeEntry {
  std::string mode;  ///< "100644", "100755", "120000" (a link), "040000" (a tree), "160000" (a submodule)
  std::string sha;
  bool operator==(const TreeEntry&) const = default;
};
using Tree = std::map<std::string, TreeEntry>;  ///< by name

/// An annotated tag.
struct TagObject {
  std::string sha, tag, message, object, type;  ///< type: of the object
  std::string name, email;                      ///< who made it
  long long date = 0;
};

/// What repositories share, as GitHub's forks do. A tree that is not here was only named, by a seed: its
/// files are not known.
struct Objects {
  std::map<std::string, std::string> blobs;
  std::map<std::string, Tree> trees;
  std::map<std::string, TagObject> tags;
};

}  // namespace fakes::github
