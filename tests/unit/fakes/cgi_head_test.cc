#include "git/cgi_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/backend.h"

namespace fakes::git {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

TEST(CgiHead, WaitsForTheEmptyLine) {
  EXPECT_FALSE(parse_cgi_head(""));
  EXPECT_FALSE(parse_cgi_head("Content-Type: text/plain\r\n"));
  EXPECT_FALSE(parse_cgi_head("Content-Type: text/plain\r\n\r"));
  EXPECT_TRUE(parse_cgi_head("Content-Type: text/plain\r\n\r\n"));
}

TEST(CgiHead, ReadsStatusHeadersAndLength) {
  const auto head =
      parse_cgi_head("Status: 404 Not Found\r\nExpires: never\r\nContent-Length: 12\r\n\r\nbody");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->response.status, 404);
  EXPECT_EQ(head->content_length, 12U);
  EXPECT_THAT(head->response.headers, ElementsAre(Pair("Expires", "never")));
  EXPECT_EQ(head->size, 61U);
}

TEST(CgiHead, TakesBareLineFeedsAnyCaseAndBlanks) {
  const auto head = parse_cgi_head("STATUS:500\ncontent-type:\t text/plain \n\nrest");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->response.status, 500);
  EXPECT_THAT(head->response.headers, ElementsAre(Pair("content-type", "text/plain")));
}

TEST(CgiHead, WithoutStatusItIs200) { EXPECT_EQ(parse_cgi_head("A: b\n\n")->response.status, 200); }

TEST(CgiHead, LeavesOutWhatConcernsTheConnection) {
  EXPECT_THAT(
      parse_cgi_head("Connection: close\nTransfer-Encoding: chunked\nKeep-Alive: 1\n\n")->response.headers,
      ElementsAre());
}

TEST(CgiHead, RefusesWhatIsNoHead) {
  for (const std::string wrong : {"hello\n\n", ": x\n\n", "a b: c\n\n", "Status: OK\n\n", "Status: 99\n\n",
                                  "Status: 600 x\n\n", "Status: 200x\n\n", "Content-Length: -1\n\n"})
    EXPECT_THROW(parse_cgi_head(wrong), std::runtime_error) << wrong;
}

TEST(CgiHead, RefusesHeadersThatWouldEndElsewhere) {
  for (const std::string& wrong : {std::string("A: b\rSet-Cookie: c\n\n"), std::string("A: b\0c\n\n", 8),
                                   std::string("A\rB: c\n\n"), std::string("A\0: b\n\n", 7)})
    EXPECT_THROW(parse_cgi_head(wrong), std::runtime_error) << wrong;
}

TEST(CgiEnvironment, PassesWhatHttpBackendAsksFor) {
  http::Request request;
  request.method = "POST";
  request.query = "service=git-upload-pack";
  request.client = "127.0.0.1";
  request.headers = {{"content-type", "application/x-git-upload-pack-request"},
                     {"Content-Encoding", "gzip"},
                     {"git-protocol", "version=2"}};
  const auto env = cgi_environment("/usr/bin/git", "/git-repo/foo", "/git-upload-pack", request, 12);
  for (const std::string entry :
       {"REQUEST_METHOD=POST", "QUERY_STRING=service=git-upload-pack", "PATH_INFO=/git-upload-pack",
        "GIT_PROJECT_ROOT=/git-repo/foo", "CONTENT_TYPE=application/x-git-upload-pack-request",
        "HTTP_CONTENT_ENCODING=gzip", "GIT_PROTOCOL=version=2", "CONTENT_LENGTH=12", "GIT_CONFIG_NOSYSTEM=1",
        "GIT_CONFIG_GLOBAL=/dev/null", "GIT_HTTP_EXPORT_ALL=1"})
    EXPECT_THAT(env, Contains(entry));
}

TEST(CgiEnvironment, AChunkedBodyHasNoLength) {
  const auto env = cgi_environment("/usr/bin/git", "/r", "/git-receive-pack", http::Request{}, {});
  EXPECT_THAT(env, Not(Contains(StartsWith("CONTENT_LENGTH"))));
}

}  // namespace
}  // namespace fakes::git
