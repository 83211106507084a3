#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "deploy/manifest.h"

namespace harness {

/// The names under which manifests know a project's images: "localhost:5001/NAME", and what `replaces:`
/// lists.
class ImageNames {
 public:
  explicit ImageNames(const Project& project);

  struct Name {
    std::string text;   ///< "ghcr.io/acme/web"
    std::string image;  ///< that of components.yaml
    bool has_host;      ///< "acme/web" and "controller" have none: the name of anything
  };
  const std::vector<Name>& replaced() const { return replaced_; }
  const std::string& prefix() const { return prefix_; }  ///< "localhost:5001/"; empty: no registry
  bool knows(const std::string& image) const { return images_.contains(image); }

 private:
  std::string prefix_;
  std::vector<Name> replaced_;  ///< longer ones first
  std::set<std::string> images_;
};

/// An image that an object names: of a container (`image:`), handed on to a program that starts pods itself
/// (a variable's `value:`, an item of `args:`), or within a longer text (`--image=...`, a line of a
/// ConfigMap).
struct ImageUse {
  std::string image;           ///< "deck" of "localhost:5001/deck:v1"
  std::string pointer;         ///< to the text in the object's body
  size_t begin = 0, size = 0;  ///< of the reference in it, with tag and digest
};

struct ImageUses {
  std::vector<ImageUse> uses;
  std::vector<std::string>
      remarks;  ///< "warning: FILE:LINE:COLUMN: ..." for what may be a reference and is left as it is
};

/// Every image that the object names. A reference within a text counts where it is a word: nothing before or
/// after it belongs to a longer name or path. A name of `replaces:` without a host counts only in fields that
/// are called `image` or end so. Descriptions in definitions do not count.
ImageUses image_uses(const Object& object, const ImageNames& names);

/// Replaces each of them by its entry of `references` (name -> what a pod runs). Throws Error (kUsage) with
/// file, line and column where one is not among them.
void replace_images(Object& object, const ImageNames& names,
                    const std::map<std::string, std::string>& references);

/// The error of an image that components.yaml has not.
[[noreturn]] void fail_unknown_image(const Object& object, const ImageUse& use,
                                     const std::string& project_file);

}  // namespace harness
