#include "testrun/upload.h"

#include <gmock/gmock.h>

#include "support/errors.h"
#include "testrun/fake_bulk.h"

namespace harness::testrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Upload::Limits kQuick{
    .documents = 10, .bytes = 2000, .attempts = 3, .first_wait = std::chrono::milliseconds(1)};

std::vector<Document> documents(int count) {
  std::vector<Document> all;
  for (int i = 0; i < count; ++i) all.push_back({"index", std::to_string(i), {{"number", i}}});
  return all;
}

TEST(UploadTest, SendsInChunks) {
  FakeBulk bulk;
  const auto result = Upload(bulk.url(), kQuick).send(documents(25), {});
  EXPECT_EQ(result.sent, 25u);
  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_EQ(bulk.server().count("POST /_bulk"), 3u);
  EXPECT_EQ(bulk.documents().at("index/24"), (nlohmann::json{{"number", 24}}));
}

TEST(UploadTest, AChunkHasSoManyBytesAtMost) {
  FakeBulk bulk;
  std::vector<Document> large;
  for (const char* id : {"a", "b", "c"}) large.push_back({"index", id, {{"text", std::string(1500, 'x')}}});
  large.push_back({"index", "d", {{"text", std::string(5000, 'x')}}});
  EXPECT_EQ(Upload(bulk.url(), kQuick).send(large, {}).sent, 4u);
  EXPECT_EQ(bulk.server().count("POST /_bulk"), 4u);
}

TEST(UploadTest, WhatBreaksIsSentAgain) {
  FakeBulk bulk;
  bulk.fail_next({503, 0});
  EXPECT_EQ(Upload(bulk.url(), kQuick).send(documents(3), {}).sent, 3u);
  EXPECT_EQ(bulk.server().count("POST /_bulk"), 3u);
  bulk.fail_next({429, 500, 0, 0});
  const auto result = Upload(bulk.url(), kQuick).send(documents(3), {});
  EXPECT_EQ(result.sent, 0u);
  EXPECT_THAT(result.problems, ElementsAre(HasSubstr("after 3 attempts: ")));
}

TEST(UploadTest, OnlyDocumentsThatWereNotTakenAreSentAgain) {
  FakeBulk bulk([](const std::string& id, int before) {
    return id == "1" && before == 0 ? 429 : id == "2" ? 400 : 200;
  });
  const auto result = Upload(bulk.url(), kQuick).send(documents(4), {});
  EXPECT_EQ(result.sent, 3u);
  EXPECT_THAT(result.problems, ElementsAre("index index: status 400: not taken"));
  const auto requests = bulk.server().requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[1].body, bulk_text({documents(4)[1]}));
}

TEST(UploadTest, WhatIsToBeCreatedAndIsThereIsAProblem) {
  FakeBulk bulk;
  const std::vector<Document> there{{"index", "1", {{"number", "first"}}, true}};
  EXPECT_EQ(Upload(bulk.url(), kQuick).send(there, {}).sent, 1u);
  auto all = documents(3);
  for (auto& document : all) document.create = true;
  bulk.fail_next({429});  // nothing was done then
  const auto result = Upload(bulk.url(), kQuick).send(all, {});
  EXPECT_EQ(result.sent, 2u);
  EXPECT_THAT(result.problems, ElementsAre("index index: status 409: version conflict"));
  EXPECT_EQ(bulk.documents().at("index/1"), (nlohmann::json{{"number", "first"}}));
}

TEST(UploadTest, WhatWasCreatedWithoutAnAnswerIsSent) {
  auto all = documents(3);
  for (auto& document : all) document.create = true;
  for (const std::vector<int>& failures : {std::vector{FakeBulk::kTakes}, {-504}, {FakeBulk::kTakes, 429}}) {
    FakeBulk bulk([](const std::string& id, int before) { return id == "2" && before == 0 ? 429 : 200; });
    bulk.fail_next(failures);
    const auto result = Upload(bulk.url(), kQuick).send(all, {});
    EXPECT_EQ(result.sent, 3u);
    EXPECT_THAT(result.problems, IsEmpty());
    EXPECT_EQ(bulk.documents().size(), 3u);
  }
}

TEST(UploadTest, ARefusalIsNotSentAgain) {
  FakeBulk bulk;
  bulk.fail_next({401, 200});
  EXPECT_THAT(Upload(bulk.url(), kQuick).send(documents(1), {}).problems,
              ElementsAre("status 401: asked for"));
  EXPECT_EQ(bulk.server().requests().size(), 1u);
}

TEST(UploadTest, AServerThatIsNoBulkApi) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, "<html>"); });
  EXPECT_THAT(Upload("http://" + server.host(), kQuick).send(documents(1), {}).problems,
              ElementsAre(HasSubstr("check that the URL leads to a bulk API")));
  EXPECT_THAT(Upload("http://localhost:1", kQuick).send(documents(1), {}).problems,
              ElementsAre(HasSubstr("localhost:1")));
}

TEST(UploadTest, UserAndPathOfTheUrl) {
  FakeBulk bulk;
  const auto host = bulk.server().host();
  EXPECT_EQ(Upload("http://user:pass@" + host + "/api/", kQuick).send(documents(1), {}).sent, 1u);
  EXPECT_EQ(bulk.server().requests()[0].target, "/api/_bulk");
  EXPECT_EQ(bulk.server().requests()[0].headers.at("authorization"), "Basic dXNlcjpwYXNz");
  for (const char* url : {"localhost:9200", "https://localhost", "http://", "http://a b", "http://h:p"})
    EXPECT_THAT(error_of([&] { Upload{url}; }).what(), HasSubstr("it must be http://")) << url;
}

TEST(UploadTest, AStopEndsTheWait) {
  FakeBulk bulk;
  bulk.fail_next({503, 503});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(Upload(bulk.url(), {.first_wait = std::chrono::hours(1)}).send(documents(1), stop.get_token()),
               Cancelled);
}

}  // namespace
}  // namespace harness::testrun
