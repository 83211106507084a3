#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace harness {

/// What Docker does not take, at a line.
struct DockerfileProblem : std::runtime_error {
  DockerfileProblem(int at, const std::string& what) : std::runtime_error(what), line(at) {}
  int line;
};

/// A piece of a Dockerfile: [begin, end) in its text.
struct TextRange {
  size_t begin = 0, end = 0;
};

/// A word of an instruction: quotes and escapes of a flag resolved, and where it stands.
struct Word {
  std::string text;
  TextRange at;
};

/// One instruction with its continuation lines joined, as https://github.com/moby/buildkit's
/// frontend/dockerfile/parser reads it.
struct Instruction {
  std::string keyword;      ///< in lower case: "from"
  std::vector<Word> flags;  ///< "--platform=linux/amd64"
  std::string rest;         ///< what follows the flags
  std::vector<size_t> at;   ///< of each byte of `rest`
  int line = 0;             ///< counts from 1
  /// `rest` at white space.
  std::vector<Word> words() const;
  /// What ONBUILD holds. It has no heredocs of its own.
  Instruction inner(char escape) const;
};

struct DockerfileLines {
  char escape = '\\';
  std::vector<Instruction> instructions;
  Word syntax;  ///< what `# syntax=` names; empty text where there is none
};

/// Throws DockerfileProblem.
DockerfileLines read_lines(const std::string& text);

/// `value` as a flag's text, quoted so that Docker reads it as it is.
std::string quoted_flag(const std::string& value, char escape);

/// The fields of a flag such as --mount=…, which are comma-separated values. Throws std::runtime_error.
std::vector<std::string> split_fields(const std::string& text);
std::string join_fields(const std::vector<std::string>& fields);

}  // namespace harness
