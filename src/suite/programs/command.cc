// Any program: it is one test, and its exit code is all that is known of it.
#include <stdexcept>

#include "base/files.h"
#include "base/text.h"
#include "suite/names.h"
#include "suite/plain_text.h"
#include "suite/programs/shared.h"

namespace harness {

namespace {

constexpr int kSkipped = 77;  ///< as automake and ctest have it
constexpr size_t kLastBytes = 4096;

class CommandTests : public Framework {
 public:
  std::vector<TestCase> list(const ListRequest& request, std::stop_token) const override {
    const auto& program = request.program;
    return {{.program = &program, .suite = "", .name = shown_name(program.name), .id = program.name}};
  }
  TestCall call(const CallRequest& request) const override {
    return {.args = {"sh", "-c", request.test.program->path}};
  }
  Record read(const CallRequest& request, const std::filesystem::path& log,
              const ProcessResult& ended) const override {
    Record record{.entries = {{.id = request.test.id, .end = Record::End::passed}}};
    auto& entry = record.entries[0];
    if (ended.exit_code == kSkipped) {
      record.exit_code = kSkipped;
      entry.end = Record::End::skipped;
      const auto said = tail(plain_text(end_of_file(log, kLastBytes)), 1);
      entry.reason = said.empty() ? "exit code 77" : said;
    } else if (!ended.ok()) {
      entry.end = Record::End::failed;
    }
    return record;
  }
  std::unique_ptr<SharedProcess> share(const SharedRequest& request) const override {
    throw std::logic_error(request.tests.at(0)->full_name() + " is a command, and shares no process");
  }
};

}  // namespace

const Framework& command_framework() {
  static const CommandTests only;
  return only;
}

}  // namespace harness
