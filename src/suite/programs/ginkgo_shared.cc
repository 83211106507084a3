// Many specs of a suite in one process, as Ginkgo runs them.
#include <map>

#include "suite/programs/byte_json.h"
#include "suite/programs/ginkgo_call.h"
#include "suite/programs/ginkgo_record.h"
#include "suite/programs/growing_file.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using End = Record::End;

/// Between a spec's end and the next one's name.
const std::string kRule = "------------------------------\n";

class GinkgoProcess : public SharedProcess {
 public:
  explicit GinkgoProcess(const SharedRequest& request) : request_(request) {
    for (const auto* test : request_.tests) specs_[test->id] = test;
  }

  TestCall call() const override {
    std::vector<std::string> more;
    if (request_.fail_fast) more.push_back("--ginkgo.fail-fast");
    return ginkgo_call(request_.tests, files_, request_.log, more);
  }

  bool knows_who_speaks() const override { return true; }

  void read(TestStream& stream) override {
    const auto size = log_.size();  // what is there now was printed before the events that are there now
    for (const auto& event : ginkgo_events(record_.read_lines())) {
      told_.add(event);
      pass_on(event, stream);
    }
    if (!between_) stream.printed(last_, log_.read(size));
  }

  std::string end(TestStream& stream) override {
    read(stream);
    stream.printed(last_, log_.read());
    for (const auto& id : told_.contradictions()) stream.doubts(id);
    if (told_.whole())
      end_left_out(stream);
    else
      skip_rest_of_container(stream);
    return told_.problem(files_.take());
  }

 private:
  void pass_on(const Json& event, TestStream& stream) {
    const auto kind = bytes_at(event, "event");
    if (kind != "begin" && kind != "finish") return;
    const auto id = ginkgo_id(event);
    auto printed = log_.read(event.value("at", uint64_t{0}));
    if (kind == "begin") {
      const auto rule = printed.rfind(kRule);
      const bool parts = rule != std::string::npos;
      stream.printed(last_, printed.substr(0, parts ? rule : 0));
      stream.began(id);
      stream.printed(id, printed.substr(parts ? rule + kRule.size() : 0));
      last_ = id;
    } else {
      stream.printed(last_, printed);
      const auto entry = ginkgo_entry(event);
      stream.ended(entry, entry.end == End::none ? -1 : event.value("seconds", -1.0));
    }
    between_ = kind == "finish";
  }

  /// Ginkgo has come to its end without them.
  void end_left_out(TestStream& stream) {
    if (told_.left_out().empty() || request_.fail_fast) return;
    for (const auto* test : request_.tests) {
      if (told_.began(test->id)) continue;
      stream.began(test->id);
      stream.ended({.id = test->id, .end = End::skipped, .reason = told_.left_out()}, 0);
    }
  }

  /// As Ginkgo does after a failure: what comes later in an ordered container relies on what came before.
  void skip_rest_of_container(TestStream& stream) {
    const auto culprit = specs_.find(last_);
    if (culprit == specs_.end()) return;
    const auto& container = culprit->second->ordered;
    if (container.empty() || container.front() == '+') return;
    for (const auto* test : request_.tests)
      if (test->ordered == container && !told_.began(test->id))
        stream.skips(test->id, "an earlier spec of its ordered container ended the process");
  }

  const SharedRequest request_;
  const GinkgoFiles files_{request_.record};
  std::map<std::string, const TestCase*> specs_;
  GrowingFile record_{request_.record}, log_{request_.log};
  GinkgoRecord told_;
  std::string last_;      ///< the spec that began last: what is printed until the next one is of it
  bool between_ = false;  ///< it has ended
};

}  // namespace

std::unique_ptr<SharedProcess> share_ginkgo_process(const SharedRequest& request) {
  return std::make_unique<GinkgoProcess>(request);
}

}  // namespace harness
