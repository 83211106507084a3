#include "gerrit/query_parser.h"

#include <gmock/gmock.h>

#include "http/message.h"

namespace fakes::gerrit {
namespace {

std::string text(const QueryNode& node) {
  if (node.kind == QueryNode::kTerm)
    return (node.field.empty() ? "" : node.field + ":") + "<" + node.value + ">";
  std::string all = node.kind == QueryNode::kNot ? "(not" : node.kind == QueryNode::kOr ? "(or" : "(and";
  for (const auto& child : node.children) all.append(" ").append(text(child));
  return all + ")";
}

std::string parsed(const std::string& query) { return text(parse_query(query)); }

TEST(QueryParserTest, TermsAndBareWords) {
  EXPECT_EQ(parsed("status:open"), "status:<open>");
  EXPECT_EQ(parsed("  12345 "), "<12345>");
  EXPECT_EQ(parsed("label:Code-Review>=1"), "label:<Code-Review>=1>");
  EXPECT_EQ(parsed("owner: self"), "owner:<self>");
  EXPECT_EQ(parsed("message:\"a (b) OR\""), "message:<a (b) OR>");
  EXPECT_EQ(parsed("branch:{release 1}"), "branch:<release 1>");
  EXPECT_EQ(parsed("path:a:b"), "path:<a:b>");
  EXPECT_EQ(parsed("Foo:bar"), "<Foo:bar>");
}

TEST(QueryParserTest, OrBindsLessThanAnd) {
  EXPECT_EQ(parsed("a b OR c d"), "(or (and <a> <b>) (and <c> <d>))");
  EXPECT_EQ(parsed("a AND b AND c"), "(and <a> <b> <c>)");
  EXPECT_EQ(parsed("a (b OR c)"), "(and <a> (or <b> <c>))");
  EXPECT_EQ(parsed("a and b"), "(and <a> <and> <b>)");
}

TEST(QueryParserTest, Negation) {
  EXPECT_EQ(parsed("-status:open"), "(not status:<open>)");
  EXPECT_EQ(parsed("NOT is:wip"), "(not is:<wip>)");
  EXPECT_EQ(parsed("a -(b OR c) d"), "(and <a> (not (or <b> <c>)) <d>)");
  EXPECT_EQ(parsed("label:Verified-1"), "label:<Verified-1>");
}

TEST(QueryParserTest, WhatIsNoQuery) {
  for (const std::string query : {"", " ", "(", ")", "a)", "(a", "()", "a OR", "OR a", "a AND", "-", "NOT",
                                  "status:", "\"a", "{a", "a OR OR b", "NOT -a"}) {
    try {
      FAIL() << query << ": " << parsed(query);
    } catch (const http::HttpError& e) {
      EXPECT_EQ(e.status, 400);
      EXPECT_THAT(e.what(), testing::StartsWith("line 1:")) << query;
    }
  }
}

TEST(QueryParserTest, DepthHasALimit) {
  EXPECT_EQ(parsed(std::string(100, '(') + "a" + std::string(100, ')')), "<a>");
  EXPECT_THROW(parsed(std::string(101, '(') + "a" + std::string(101, ')')), http::HttpError);
  EXPECT_THROW(parsed(std::string(60000, '(')), http::HttpError);
}

}  // namespace
}  // namespace fakes::gerrit
