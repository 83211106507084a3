#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suite/programs/record.h"

namespace harness {

/// What Go's testing wrote with -test.v=test2json: lines that begin with a byte 0x16, wherever in a line of a
/// test's output they come (https://pkg.go.dev/cmd/test2json; testing's chattyPrinter). What looks like them
/// without that byte is output of a test.
struct GoRecord {
  std::vector<std::string> order;            ///< tests and sub-tests as they began: "TestX", "TestX/sub"
  std::map<std::string, Record::End> ends;   ///< of each of them
  std::map<std::string, std::string> skips;  ///< what those that were skipped logged last
};
/// What such marks say, as they come. Names are of tests and sub-tests.
class GoMarks {
 public:
  virtual ~GoMarks() = default;
  /// Calls back for what is in the next piece of the output.
  void take(std::string_view piece);
  /// There is no more.
  void finish();
  bool any() const { return any_; }

 protected:
  virtual void began(const std::string& name) = 0;
  virtual void ended(const std::string& name, Record::End how, double seconds) = 0;
  /// What follows is printed by `name`, which goes on; or it waits for others.
  virtual void speaks(const std::string&) {}
  virtual void waits(const std::string&) {}
  /// What is printed, without the bytes that mark. The line of a mark comes before what it says is called.
  virtual void text(std::string_view piece, bool of_mark) = 0;

 private:
  void end_line();

  std::string line_;
  bool in_mark_ = false, any_ = false;
};

/// Collects them.
class GoRecorder : public GoMarks {
 public:
  GoRecord record;
  std::string clean;  ///< the text

 protected:
  void began(const std::string& name) override;
  void ended(const std::string& name, Record::End how, double seconds) override;
  void text(std::string_view piece, bool of_mark) override;

 private:
  std::string recent_;  ///< since the last mark
};

/// What `output` of a Go test says last by t.Log, t.Error and others: what follows "deck_test.go:12: ", in
/// one or more lines.
std::string last_logged(const std::string& output);

/// Why a test without an end has none, as far as its sub-tests tell; what became of it, with them.
Record::Entry entry_of(const std::string& name, const GoRecord& record);

/// `log` is whole. Its marks are removed: what people read has none.
GoRecord take_go_record(const std::filesystem::path& log);

}  // namespace harness
