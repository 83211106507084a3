// Many tests of a Go package in one call of its test program, as `go test` runs them.
#include <map>
#include <set>

#include "base/text.h"
#include "suite/programs/go_call.h"
#include "suite/programs/growing_file.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using End = Record::End;

std::string test_of(const std::string& name) { return name.substr(0, name.find('/')); }

/// Passes on what the marks say, of whole tests.
class Marks : public GoRecorder {
 public:
  Marks(const std::map<std::string, const TestCase*>& tests, TestStream*& stream)
      : tests_(tests), stream_(stream) {}

  void pass_on_text() {
    if (!clean.empty()) stream_->printed(speaker_, clean);
    clean.clear();
  }

 protected:
  void began(const std::string& name) override {
    GoRecorder::began(name);
    if (name != test_of(name)) return;
    move_last_line_to(name);
    stream_->began(name);
    pass_on_text();
  }
  void speaks(const std::string& name) override {
    move_last_line_to(test_of(name));
    stream_->waits(speaker_, false);
  }
  void waits(const std::string& name) override {
    pass_on_text();
    if (name == test_of(name)) stream_->waits(name, true);  // of a sub-test: the test itself goes on
  }
  void ended(const std::string& name, End how, double seconds) override {
    GoRecorder::ended(name, how, seconds);
    move_last_line_to(test_of(name));
    pass_on_text();
    if (name != test_of(name) || !record.ends.contains(name)) return;
    auto entry = entry_of(name, record);
    if (const auto test = tests_.find(name); test != tests_.end())
      skip_without_subtest(entry, *test->second, record);
    stream_->ended(entry, seconds);
    speaker_.clear();
  }

 private:
  /// The line of the mark itself is in the text already, perhaps behind a line that is not whole.
  void move_last_line_to(const std::string& test) {
    if (test == speaker_) return;
    const auto end = clean.empty() ? std::string::npos : clean.rfind('\n', clean.size() - 2);
    const auto line = clean.size() < 2 || end == std::string::npos ? clean : clean.substr(end + 1);
    clean.resize(clean.size() - line.size());
    pass_on_text();
    clean = line;
    speaker_ = test;
  }

  const std::map<std::string, const TestCase*>& tests_;
  TestStream*& stream_;
  std::string speaker_;
};

class GoProcess : public SharedProcess {
 public:
  explicit GoProcess(const SharedRequest& request) : request_(request), log_(request.log) {
    for (const auto* test : request_.tests) tests_[test->id] = test;
  }

  TestCall call() const override {
    std::vector<std::string> names, more;
    for (const auto* test : request_.tests) names.push_back(test->id);
    if (request_.one_by_one) more.push_back("-test.parallel=1");
    if (request_.fail_fast) more.push_back("-test.failfast");
    return go_call(*request_.tests.front(), "(" + join(names, "|") + ")", request_.record, more);
  }

  void read(TestStream& stream) override {
    stream_ = &stream;
    marks_.take(log_.read());
    marks_.pass_on_text();
  }

  std::string end(TestStream& stream) override {
    read(stream);
    marks_.finish();
    marks_.pass_on_text();
    std::error_code ignored;
    const bool came_to_its_end = fs::remove(request_.record, ignored) && !ignored;
    return came_to_its_end ? "" : "the process ended before Go's testing did";
  }

 private:
  const SharedRequest request_;
  std::map<std::string, const TestCase*> tests_;
  TestStream* stream_ = nullptr;
  GrowingFile log_;
  Marks marks_{tests_, stream_};
};

}  // namespace

std::unique_ptr<SharedProcess> share_go_process(const SharedRequest& request) {
  return std::make_unique<GoProcess>(request);
}

}  // namespace harness
