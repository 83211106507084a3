#include "testrun/results.h"

#include <gmock/gmock.h>

#include <pugixml.hpp>

#include "base/text.h"
#include "support/processes.h"
#include "testrun/running.h"

namespace harness::testrun {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ResultsTest : public testing::Test, protected Running {
 protected:
  ResultsTest() {
    define("exports", "labels: [slow]",
           "cd $TM_EXPORT_PATH; echo '{\"a\": 1, \"tm_meta\": {\"mine\": 1}}' > a.json; mkdir d; echo text > "
           "d/b.txt; printf '{\"index\": "
           "{\"_index\": \"Own\"}}\\n{\"c\": 3}\\n' > c");
    define("bad", "", "echo why; exit 3");
    define("never");
    const auto& loaded = load(
        "config: [{name: CLOUDPROVIDER, type: env, value: gcp}]\n"
        "testflow:\n- {name: e, definition: {name: exports}}\n- {name: b, dependsOn: [e], definition: {name: "
        "bad}}\n"
        "- {name: n, dependsOn: [b], definition: {name: never}}\nonExit: [{name: x, definition: {name: "
        "never}}]");
    result_ = run_loaded(loaded);
    documents_ = write_results(loaded, result_.state, result_.dir, remarks_);
  }

  RunResult result_;
  std::vector<Document> documents_;
  std::vector<std::string> remarks_;
};

TEST_F(ResultsTest, ExportedDocumentsAndSummaries) {
  ASSERT_EQ(documents_.size(), 7u);
  EXPECT_EQ(documents_[0].index, "exports");
  const json first = documents_[0].source;
  EXPECT_EQ(first["a"], 1);
  const auto& meta = first["tm_meta"];
  EXPECT_EQ(meta["mine"], 1);
  EXPECT_EQ(meta["cloudprovider"], "gcp");
  EXPECT_EQ(meta["landscape"], "local");
  EXPECT_EQ(meta["testrun_id"], result_.state.id);
  EXPECT_EQ(meta["step"], "e");
  EXPECT_EQ(meta["testdefinition"], "exports");
  EXPECT_EQ(meta["phase"], "Succeeded");
  EXPECT_TRUE(meta.contains("start") && meta.contains("duration") && meta.contains("kubernetes_version"));
  EXPECT_EQ(documents_[1].index, "tm-own");
  const json never = documents_[4].source;
  EXPECT_EQ(never["type"], "step");
  EXPECT_EQ(never["tm_meta"]["phase"], "Skipped");
  EXPECT_EQ(never["message"], "b failed");
  const json run = documents_[6].source;
  EXPECT_EQ(run["type"], "testrun");
  EXPECT_EQ(run["steps"], (json{{"Succeeded", 2}, {"Failed", 1}, {"Skipped", 1}}));
  EXPECT_THAT(remarks_, ElementsAre(HasSubstr("b.txt is neither JSON nor JSON lines")));
}

TEST_F(ResultsTest, TheFileIsWhatABulkApiTakes) {
  const auto lines = split(text_of(result_.dir / "results.ndjson"), '\n');
  ASSERT_EQ(lines.size(), 15u);
  EXPECT_EQ(json::parse(lines[2])["index"]["_index"], "tm-own");
  EXPECT_EQ(json::parse(lines[3])["c"], 3);
}

TEST_F(ResultsTest, JUnitHasEveryNode) {
  pugi::xml_document xml;
  ASSERT_TRUE(xml.load_file((result_.dir / "junit_01.xml").c_str()));
  const auto at = [&](const std::string& path) { return xml.select_node(path.c_str()).node(); };
  EXPECT_EQ(at("//testsuite[@name='testflow']").attribute("tests").as_int(), 3);
  EXPECT_STREQ(at("//testcase[@name='b']/failure").attribute("message").value(), "exit code 3");
  EXPECT_STREQ(at("//testcase[@name='b']/failure").text().get(), "why\n");
  EXPECT_STREQ(at("//testcase[@name='n']/skipped").attribute("message").value(), "b failed");
  EXPECT_TRUE(at("//testsuite[@name='onExit']/testcase[@name='onExit/x']"));
  EXPECT_STREQ(at("//property[@name='b.owner']").attribute("value").value(), "a@example.com");
}

}  // namespace
}  // namespace harness::testrun
