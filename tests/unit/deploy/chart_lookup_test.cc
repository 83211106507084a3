#include "deploy/render/chart_lookup.h"

#include <gtest/gtest.h>

#include "base/process.h"
#include "support/files.h"

namespace harness {
namespace {

TEST(ChartLookupTest, ACallInAnActionCounts) {
  for (const char* text : {"{{ lookup \"v1\" \"Secret\" .Release.Namespace \"x\" }}",
                           "{{- $old := (lookup \"v1\" \"Pod\" \"\" \"\") -}}",
                           "a: {{ printf \"}} %s\" `}}` |\n  default (lookup \"v1\" \"Pod\" \"\" \"\") }}",
                           "{{ tpl \"{{ lookup .a .b .c .d }}\" . }}",
                           "{{/* a comment */}}{{ if lookup \"v1\" \"Pod\" \"\" \"\" }}{{ end }}"})
    EXPECT_TRUE(calls_lookup(text)) << text;
}

TEST(ChartLookupTest, OtherWordsAndCommentsDoNot) {
  for (const char* text :
       {"# lookup finds it", "{{/* lookup \"v1\" */}}", "{{- /* uses\n lookup */ -}}{{ .Values.a }}",
        "{{ .Values.lookupTable }} lookup", "{{ .Values.a }} lookup {{ .Values.b }}", ""})
    EXPECT_FALSE(calls_lookup(text)) << text;
}

class ChartWithLookup : public testing::Test {
 protected:
  bool asks() const { return may_ask_cluster({files_ / "chart", files_ / "values.yaml"}); }
  ChartWithLookup() {
    files_.write("chart/Chart.yaml", "name: web\nversion: 1.0.0\n");
    files_.write("chart/README.md", "{{ lookup }}");
    files_.write("values.yaml", "a: 1\n");
  }
  const TempProject files_;
};

TEST_F(ChartWithLookup, EveryFileOfAChartAndItsValuesAreLookedAt) {
  EXPECT_FALSE(asks());
  files_.write("values.yaml", "a: '{{ lookup \"v1\" \"Pod\" \"\" \"\" }}'\n");
  EXPECT_TRUE(asks());
  files_.write("values.yaml", "");
  files_.write("chart/charts/db/templates/_helpers.tpl", "{{ define \"x\" }}{{ lookup \"v1\" }}{{ end }}");
  EXPECT_TRUE(asks());
}

TEST_F(ChartWithLookup, ArchivesAreLookedIntoAndArchivesInThem) {
  files_.write("db/templates/a.yaml", "{{ lookup \"v1\" \"Pod\" \"\" \"\" }}");
  const auto pack = [&](const std::string& archive, const std::string& folder) {
    const auto result = run({.args = {"tar", "-czf", files_ / archive, "-C", files_.root(), folder}});
    ASSERT_TRUE(result.ok()) << result.err;
  };
  std::filesystem::create_directories(files_ / "chart/charts");
  pack("chart/charts/db-1.0.0.tgz", "db");
  EXPECT_TRUE(asks());
  pack("whole.tgz", "chart");
  EXPECT_TRUE(may_ask_cluster({files_ / "whole.tgz"}));
}

}  // namespace
}  // namespace harness
