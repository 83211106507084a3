#include <gmock/gmock.h>

#include "testrun/documents.h"

namespace harness::testrun {
namespace {

/// "INDEX ID SOURCE" a line; "none" where nothing was recognised.
std::string recognised(const std::string& content) {
  const auto documents = recognise(content, "definition");
  if (!documents) return "none";
  std::string text;
  for (const auto& one : *documents) text += one.index + " " + one.id + " " + one.source.dump() + "\n";
  return text;
}

TEST(RecogniseTest, OneDocument) {
  EXPECT_EQ(recognised("{\"a\": 1}"), "definition  {\"a\":1}\n");
  EXPECT_EQ(recognised("\n{\n  \"b\": {},\n  \"a\": [1]\n}\n"), "definition  {\"b\":{},\"a\":[1]}\n");
  EXPECT_EQ(recognised("{\"index\": {\"_index\": \"a\"}}"), "definition  {\"index\":{\"_index\":\"a\"}}\n");
}

TEST(RecogniseTest, OneALine) {
  EXPECT_EQ(recognised("  { \"key\": \"value\" }\n\n  { \"key2\": true }\r\n"),
            "definition  {\"key\":\"value\"}\ndefinition  {\"key2\":true}\n");
}

TEST(RecogniseTest, TheBulkFormat) {
  EXPECT_EQ(
      recognised("{\"index\": {\"_index\": \"mySpecificIndex\", \"_type\": \"_doc\"}}\n{\"key\": \"value\"}\n"
                 "{\"create\": {\"_index\": \"tm-second\", \"_id\": \"7\"}}\n{\"key2\": true}\n"
                 "{\"index\": {}}\n{\"key3\": 5}\n"),
      "tm-myspecificindex  {\"key\":\"value\"}\ntm-second 7 {\"key2\":true}\ndefinition  {\"key3\":5}\n");
}

TEST(RecogniseTest, WhatIsToBeCreatedIsNotWrittenOver) {
  const std::string text = "{\"create\":{\"_index\":\"tm-a\",\"_id\":\"1\"}}\n{}\n";
  EXPECT_EQ(bulk_text(*recognise(text, "definition")), text);
}

TEST(RecogniseTest, WhatHoldsNone) {
  for (const char* content :
       {"", "\n", "text", "[1]", "[{\"a\": 1}]", "1", "{\"a\": 1}\ntext", "{\"a\": 1", "{}{}"})
    EXPECT_EQ(recognised(content), "none") << content;
}

TEST(RecogniseTest, NamesOfIndices) {
  EXPECT_EQ(index_name("CreateShoot"), "createshoot");
  EXPECT_EQ(index_name("_a b/c*"), "a-b-c-");
  EXPECT_EQ(index_name("..."), "results");
}

TEST(RecogniseTest, BulkTextIsTwoLinesADocument) {
  EXPECT_EQ(bulk_text({{"i", "1", {{"a", "b\n"}}}, {"i", "2", {{"a", "\xff"}}}}),
            "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"a\":\"b\\n\"}\n{\"index\":{\"_index\":\"i\",\"_"
            "id\":\"2\"}}\n"
            "{\"a\":\"\xef\xbf\xbd\"}\n");
}

}  // namespace
}  // namespace harness::testrun
