// Many tests in one call of a GoogleTest program. What it streams says what runs; what it records at its end
// proves it.
#include <map>
#include <set>
#include <utility>

#include "base/plain_text.h"
#include "base/text.h"
#include "suite/programs/growing_file.h"
#include "suite/programs/gtest_events.h"
#include "suite/programs/gtest_record.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

using End = Record::End;

const std::string kBegins = "[ RUN      ] ";

class GtestProcess : public SharedProcess {
 public:
  explicit GtestProcess(const SharedRequest& request) : request_(request) {
    for (const auto* test : request_.tests) waiting_.insert(test->id);
  }

  TestCall call() const override {
    std::vector<std::string> names;
    for (const auto* test : request_.tests) names.push_back(test->call);
    auto call = gtest_call(*request_.tests.front(), join(names, ":"), request_.root, request_.record);
    call.args.push_back("--gtest_stream_result_to=" + events_.address());
    return call;
  }

  void read(TestStream& stream) override {
    const auto events = events_.take();
    unread_ += log_.read();
    for (auto event : events) pass_on(event, stream);
    const auto next = unread_.find(kBegins, 1);  // another one's, whose event comes in a moment
    print(next == std::string::npos ? unread_.size() : next, stream);
  }

  /// The record has the last word.
  std::string end(TestStream& stream) override {
    read(stream);
    print(unread_.size(), stream);
    const auto record = take_gtest_record(request_.record, request_.log);
    for (const auto& entry : record.entries)
      if (const auto streamed = ends_.find(entry.id);
          streamed == ends_.end() || streamed->second != entry.end)
        stream.doubts(entry.id);
    const bool may_be_of_a_child = request_.tests.front()->in_child;
    for (const auto& entry : record.entries)
      if (entry.end == End::failed || !may_be_of_a_child) stream.recorded(entry);
    if (record.problem.empty()) return "";
    for (const auto& [id, end] : ends_)
      if (mixed_) stream.doubts(id);
    for (const auto* test : request_.tests)
      if (!may_be_of_a_child) stream.recorded({.id = test->id});
    return record.problem;
  }

 private:
  void pass_on(GtestEvents::Event& event, TestStream& stream) {
    const auto& kind = event["event"];
    if (kind == "TestCaseStart" || kind == "TestSuiteStart") suite_ = event["name"];
    if (kind == "TestStart") begin(event["name"], stream);
    if (kind == "TestPartResult") {
      parts_.push_back(event["message"]);
      outside_ = outside_ || !runs_;
    }
    if (kind == "TestCaseEnd" || kind == "TestSuiteEnd") end_suite(stream);
    if (kind == "TestEnd") {
      mixed_ = mixed_ || !runs_;
      runs_ = false;
      const auto entry = entry_of(event["passed"] == "1");
      ends_[entry.id] = entry.end;
      stream.ended(entry, -1);
    }
  }

  /// What fails, or is skipped, between a suite's tests is said of none of them: the set-up or tear-down of
  /// the suite.
  void end_suite(TestStream& stream) {
    if (!std::exchange(outside_, false)) return;
    for (const auto* test : request_.tests)
      if (test->id.starts_with(gtest_id(suite_, ""))) stream.doubts(test->id);
  }

  /// An end does not name its test, and a begin not its suite: where they do not follow each other as those
  /// of one process do, a child tells of tests, too.
  void begin(const std::string& name, TestStream& stream) {
    mixed_ = mixed_ || runs_ || waiting_.erase(gtest_id(suite_, name)) == 0;
    const auto said = unread_.find(kBegins + suite_ + "." + name + "\n");
    print(said == std::string::npos ? 0 : said, stream);
    speaker_ = gtest_id(suite_, name);
    parts_.clear();
    printed_.clear();
    runs_ = true;
    stream.began(speaker_);
  }

  void print(size_t bytes, TestStream& stream) {
    const auto piece = unread_.substr(0, bytes);
    unread_.erase(0, bytes);
    printed_ += piece;
    stream.printed(speaker_, piece);
  }

  /// A skip is streamed as a failure is; each message of it is printed with that word.
  Record::Entry entry_of(bool passed) const {
    if (passed) return {.id = speaker_, .end = End::passed};
    for (const auto& part : parts_)
      if ((printed_ + unread_).find(": Skipped\n" + part) == std::string::npos)
        return {.id = speaker_, .end = End::failed};
    return {.id = speaker_,
            .end = parts_.empty() ? End::failed : End::skipped,
            .reason = parts_.empty() ? "" : trim(plain_text(parts_.front()))};
  }

  const SharedRequest request_;
  GtestEvents events_;
  GrowingFile log_{request_.log};
  std::string suite_, speaker_, unread_, printed_;
  std::vector<std::string> parts_;
  bool runs_ = false, outside_ = false;
  bool mixed_ = false;             ///< what is streamed is not of one process alone
  std::set<std::string> waiting_;  ///< tests that have not begun
  std::map<std::string, End> ends_;
};

}  // namespace

std::unique_ptr<SharedProcess> share_gtest_process(const SharedRequest& request) {
  return std::make_unique<GtestProcess>(request);
}

}  // namespace harness
