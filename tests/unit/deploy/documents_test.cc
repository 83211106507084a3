// deploy/render/documents.cc: manifests read as kubectl reads them, which testdata/manifests/record.py has
// recorded.
#include "deploy/render/documents.h"

#include <gmock/gmock.h>

#include "base/base64.h"
#include "base/files.h"
#include "deploy/render/encoding.h"
#include "support/errors.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

/// The bodies, the items of a List one by one. Null where the text is refused.
Json read(const std::string& bytes) {
  try {
    Json found = Json::array();
    for (auto& document : parse_documents({"m.yaml", manifest_utf8(bytes, "m.yaml")})) {
      if (!document.body.is_object()) return nullptr;
      if (document.body.value("kind", "") != "List")
        found.push_back(document.body);
      else
        for (const auto& item : document.body["items"]) found.push_back(item);
    }
    return found;
  } catch (const Error& e) {
    EXPECT_EQ(e.details.exit_code, kUsage);
    EXPECT_THAT(e.what(), StartsWith("m.yaml:"));
    return nullptr;
  }
}

/// As the API reads numbers: what has no 64 bits with a sign is a float, whichever digits are written.
Json as_read(Json value) {
  if (value.is_structured())
    for (auto& child : value) child = as_read(child);
  return value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX} ? Json(value.get<double>())
                                                                                   : value;
}

TEST(DocumentsTest, AreWhatKubectlMakesOfThem) {
  const Json recorded =
      Json::parse(read_file(std::filesystem::path(TEST_SOURCE_DIR) / "testdata/manifests/documents.json"));
  ASSERT_GT(recorded.size(), 200u);
  for (const auto& one : recorded) {
    const auto input = one.contains("base64") ? base64_decoded(one["base64"].get<std::string>()).value()
                                              : one["input"].get<std::string>();
    const Json expected = one.contains("ours") ? one["ours"] : one["kubectl"];
    EXPECT_EQ(as_read(read(input)).dump(), as_read(expected).dump())
        << one["name"] << ": " << one.value("why", one.value("said", ""));
  }
}

std::string said(const std::string& text) {
  return error_of([&] { parse_documents({"m.yaml", text}); }).what();
}

TEST(DocumentsTest, ErrorsHaveTheirPlace) {
  EXPECT_EQ(said("a: b\nc: [1,\n\nd: {"),
            "m.yaml:5:1: while parsing a flow node: did not find expected node content");
  EXPECT_EQ(said("a: b\nb:\n  c: d\n  c: e\n"), "m.yaml:4:3: the key \"c\" is a duplicate: first in line 3");
  EXPECT_EQ(said("a: *b\n"), "m.yaml:1:4: no anchor &b comes before *b");
  EXPECT_EQ(said("a: .inf\n"), "m.yaml:1:4: JSON has no number .inf");
  EXPECT_EQ(said("a:\n- !!int x\n"), "m.yaml:2:3: \"x\" is not a !!int");
  EXPECT_EQ(said("? [a]\n: b\n"), "m.yaml:1:3: a key is a text, not a list or mapping");
  EXPECT_EQ(said(": b\n"), "m.yaml:1:1: while parsing a block mapping: did not find expected key");
  EXPECT_THAT(said("{\"a\": 1,\n \"b\": 2,\n \"c\" 3}"), StartsWith("m.yaml:3:"));
  EXPECT_THAT(said("{\"a\": \"\xed\xa0\x80\"}"), StartsWith("m.yaml:1:"));
}

TEST(DocumentsTest, WhatIsNoTextIsNamedWithItsPlace) {
  EXPECT_STREQ(error_of([] { manifest_utf8("a: b\nc: \xe4\n", "m.yaml"); }).what(),
               "m.yaml:2:4: the file is neither UTF-8 nor UTF-16");
  EXPECT_STREQ(error_of([] {
                 manifest_utf8(std::string("\xff\xfe"
                                           "a\0b",
                                           5),
                               "m.yaml");
               }).what(),
               "m.yaml:1:1: half a character of UTF-16");
}

TEST(DocumentsTest, DeepAndGrowingOnesEnd) {
  const size_t deep = 200'000;
  for (const std::string open : {"[", "{a: ", "- "}) {
    std::string text;
    for (size_t i = 0; i < deep / open.size(); ++i) text += open;
    EXPECT_THAT(said("a: 1\nb:\n  " + text), StartsWith("m.yaml:")) << open;
  }
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 5000; ++i)
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(said(chain), HasSubstr("m.yaml:"));
  std::string json(deep, '[');
  EXPECT_THAT(said(json), HasSubstr("is nested deeper"));
}

TEST(DocumentsTest, PlacesOfFields) {
  const ManifestText text{
      "m.yaml", "# first\na: &m {b: 1}\nc:\n- d: 2\n  <<: *m\n- e\n---\n---\n{\"f\": [1,\n  {\"g\": 2}]}\n"};
  const auto at = [&](size_t document, const char* pointer) {
    const auto found = position_of(text, document, Json::json_pointer(pointer));
    return std::to_string(found.line) + ":" + std::to_string(found.column);
  };
  EXPECT_EQ(at(0, ""), "2:1");
  EXPECT_EQ(at(0, "/c/0/d"), "4:6");
  EXPECT_EQ(at(0, "/c/0/b"), "2:11") << "what was merged stands where it is written";
  EXPECT_EQ(at(0, "/c/1"), "6:3");
  EXPECT_EQ(at(0, "/c/7/x"), "4:1") << "what is around it";
  EXPECT_EQ(at(1, "/f/1/g"), "10:9");
  const ManifestText json{"m.json", "{\"f\": [1,\n  {\"g\": 2}]}{\n\"h\": 3}"};
  const auto in_json = [&](size_t document, const char* pointer) {
    return position_of(json, document, Json::json_pointer(pointer)).line;
  };
  EXPECT_EQ(in_json(0, "/f/1/g"), 2);
  EXPECT_EQ(in_json(1, "/h"), 3);
}

}  // namespace
}  // namespace harness
