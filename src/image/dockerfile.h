#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "image/dockerfile_lines.h"

namespace harness {

/// What the reading of a Dockerfile depends on besides its text.
struct DockerfileSettings {
  bool buildkit =
      true;  ///< else the classic builder: no platform arguments, earlier stages alone, each stage is built
  std::string architecture = "amd64";            ///< of the engine
  std::string platform = {};                     ///< for which it builds: "linux/arm64/v8"; empty: its own
  std::map<std::string, std::string> args = {};  ///< --build-arg
  std::string target = {};                       ///< --target; empty: the last stage
};

/// A Dockerfile as Docker reads it: which images it needs that it does not make itself. A stage's name hides
/// an image of that name.
///
///   const Dockerfile file("FROM localhost:5001/base AS b\nCOPY --from=b /x /y\n", "web/Dockerfile", {});
///   file.references()[0].name;                                        // "localhost:5001/base"
///   file.with({{"localhost:5001/base", "localhost:5001/base@sha256:…"}});  // the same file on exactly that
///   base
class Dockerfile {
 public:
  enum class Where { from, copy, mount, syntax, trigger };
  struct Reference {
    std::string name;      ///< with variables resolved
    std::string platform;  ///< of a FROM, with variables resolved; may be empty
    Where where = Where::from;
    bool needed = true;  ///< for the target; else of a stage that BuildKit leaves out
    int line = 0;
  };

  /// `file` is its name in messages. Throws Error (kBuild), "web/Dockerfile:3: …", where Docker would not
  /// take it.
  Dockerfile(std::string text, const std::string& file, const DockerfileSettings& settings);

  /// In their order in the file. What ONBUILD names is a reference only where it cannot be a stage: with a
  /// registry's name.
  const std::vector<Reference>& references() const { return references_; }
  /// The file with other names for some references; all else stays byte for byte.
  std::string with(const std::map<std::string, std::string>& names) const;
  const std::string& text() const { return text_; }

 private:
  class Reading;
  /// How a reference stands in the text: as a word, or as `from` of a flag's fields.
  struct Place {
    TextRange at;
    std::string flag = {};                 ///< "--from=", "--mount="
    std::vector<std::string> fields = {};  ///< of --mount
  };

  std::string text_;
  char escape_ = '\\';
  std::vector<Reference> references_;
  std::vector<Place> places_;  ///< of each
};

/// What the triggers (ONBUILD) of an image's configuration name, if it is no stage for sure.
std::vector<std::string> names_in_trigger(const std::string& trigger);

}  // namespace harness
