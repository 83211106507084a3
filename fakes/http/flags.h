#pragma once

#include <string>
#include <variant>
#include <vector>

namespace fakes::http {

/// A program's flags in Go's style: `-port=8888`, `-port 8888` and two dashes mean the same.
///
///   int port = 8888;
///   Flags flags;
///   flags.add("port", port, "where to listen", {0, 65535});
///   flags.parse({argv + 1, argv + argc});
class Flags {
 public:
  struct Range {
    int min, max;
  };
  void add(const std::string& name, std::string& field, const std::string& what);
  void add(const std::string& name, int& field, const std::string& what, Range range);
  void add(const std::string& name, bool& field, const std::string& what);

  /// Sets the fields. Throws std::invalid_argument naming the flag and what is wrong.
  void parse(const std::vector<std::string>& args) const;
  /// One line a flag, with the defaults, which the fields still hold.
  std::string help() const;

 private:
  struct Flag {
    std::string name, what;
    std::variant<std::string*, int*, bool*> field;
    Range range{0, 0};
  };
  void set(const Flag& flag, const std::string& value) const;
  std::vector<Flag> flags_;
};

}  // namespace fakes::http
