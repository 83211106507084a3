#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suite/attempt.h"
#include "suite/programs/framework.h"

namespace harness {

/// One call of a command that records its cases (`junit:`, `tap:`, `test2json:`): of one that is a test by
/// itself, or of some tests of its `list:`. What was there before the call never counts.
class RecordedCommand {
 public:
  /// `results` is this call's own folder, new and empty: $HARNESS_RESULTS. Names that begin with `record` are
  /// its own, too. Remembers what is there before the call.
  RecordedCommand(std::vector<const TestCase*> tests, std::filesystem::path root,
                  std::filesystem::path results, std::filesystem::path record);

  /// {tests} and {results} are filled in. Where standard output is the record it does not go into the log.
  TestCall call() const;

  /// What came of each test, once the process has ended. `log` is that of the process, which gets standard
  /// output, too; each of `logs` another one, for what the cases of a test printed, or this. Throws nothing
  /// for what a program may do.
  std::vector<Attempt> attempts(const ProcessResult& ended, const std::vector<std::filesystem::path>& logs,
                                const std::filesystem::path& log, int timeout_seconds);

 private:
  /// What a file is known by: another one in its place, or a change of it, has another.
  using Identity = std::vector<int64_t>;
  static Identity identity_of(const std::filesystem::path& file);

  bool uses_stdout() const { return program_.cases.globs.empty(); }
  std::filesystem::path stdout_file() const { return record_.string() + ".out"; }
  std::filesystem::path names_file() const { return record_.string() + ".tests"; }
  std::vector<std::filesystem::path> files() const;
  CaseRecord read();
  CaseRecord read_files();
  Attempt of_all(const CaseRecord& record, const ProcessResult& ended) const;
  Attempt of_listed(const TestCase& test, const CaseRecord& record, const ProcessResult& ended) const;

  void write_log(const TestCase& test, const CaseRecord& record, const std::filesystem::path& process_log,
                 const std::filesystem::path& log) const;

  const std::vector<const TestCase*> tests_;
  const TestProgram& program_;
  const std::filesystem::path root_, results_, record_;
  std::map<std::filesystem::path, Identity> before_;
  int64_t began_ = 0;  ///< in seconds since the epoch
};

}  // namespace harness
