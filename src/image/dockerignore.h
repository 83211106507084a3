#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>
#include <vector>

namespace harness {

/// A .dockerignore file, by the rules of https://github.com/moby/patternmatcher: `**`, `!`, a parent's match
/// holds for what lies in it, the last match wins.
///
///   Dockerignore ignore("build\n!build/keep\n", "web/.dockerignore");
///   Dockerignore::Matched folder, file;
///   ignore.excludes("build", {}, folder);            // true
///   ignore.excludes("build/keep", folder, file);     // false
class Dockerignore {
 public:
  /// Which patterns matched a folder: what is asked of the files in it.
  using Matched = std::vector<bool>;

  Dockerignore() = default;
  /// Throws Error (kBuild) naming `file` and a pattern that Docker does not take.
  Dockerignore(const std::string& text, const std::string& file);

  /// Throws Error (kBuild) as the constructor does, where docker notices only now. Whether docker leaves out
  /// `path`, relative to the context. `parent` is what a call for its folder gave in `own`; empty for one
  /// without a folder.
  bool excludes(const std::string& path, const Matched& parent, Matched& own) const;
  /// Whether the classic builder looks into an excluded folder: a pattern with `!` begins with its name.
  bool classic_enters(const std::string& folder) const;
  /// Whether BuildKit does: likewise, and into any where such a pattern has wildcards.
  bool buildkit_enters(const std::string& folder) const;

 private:
  enum class How { exact, prefix, suffix, expression };
  struct Pattern {
    std::string text, file;
    bool exception = false;  ///< begins with `!`
    How how = How::exact;
    std::shared_ptr<const RE2> expression = {};
    bool matches(const std::string& path) const;
  };
  static Pattern compile(std::string text, const std::string& file);

  std::vector<Pattern> patterns_;
};

}  // namespace harness
