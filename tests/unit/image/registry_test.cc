#include "image/registry.h"

#include <gmock/gmock.h>

#include <future>

#include "base/error.h"
#include "image/oci.h"
#include "support/errors.h"
#include "support/http_server.h"

namespace harness {
namespace {

using testing::HasSubstr;
using Request = HttpServer::Request;
using Answer = HttpServer::Answer;

const std::string kEmptyDigest = descriptor_of("{}").digest, kBlobDigest = descriptor_of("blob").digest;

/// A registry that knows the manifest deck:v1, blobs and mounts from `base`.
void answer_as_registry(const Request& request, Answer& answer) {
  const auto call = request.method + " " + request.target;
  const std::map<std::string, std::string> digest{{"Docker-Content-Digest", kEmptyDigest},
                                                  {"Content-Type", kDockerManifest}};
  if (call == "GET /v2/deck/manifests/v1") return answer.reply(200, "{}", digest);
  if (call == "HEAD /v2/deck/manifests/v1")
    return answer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nDocker-Content-Digest: " + kEmptyDigest +
                       "\r\n\r\n"),
           void();
  if (call == "GET /v2/deck/blobs/" + kBlobDigest) return answer.reply(200, "blob");
  if (call == "HEAD /v2/deck/blobs/sha256:01") return answer.reply(200);
  if (call == "POST /v2/deck/blobs/uploads/")
    return answer.reply(202, "", {{"Location", "http://elsewhere:5001/v2/deck/blobs/uploads/7?state=x"}});
  if (call == "POST /v2/deck/blobs/uploads/?mount=sha256:01&from=base") return answer.reply(201);
  if (call == "POST /v2/deck/blobs/uploads/?mount=sha256:02&from=base")
    return answer.reply(202, "", {{"Location", "/v2/deck/blobs/uploads/8"}});
  if (call == "PUT /v2/deck/blobs/uploads/7?state=x&digest=sha256:02") return answer.reply(201);
  if (call == "DELETE /v2/deck/blobs/uploads/8") return answer.reply(204);
  if (call == "PUT /v2/deck/manifests/v2")
    return answer.reply(201, "", {{"Docker-Content-Digest", descriptor_of(request.body).digest}});
  if (call == "PUT /v2/deck/manifests/bad") return answer.reply(400, "MANIFEST_INVALID");
  answer.reply(404);
}

class RegistryTest : public testing::Test {
 protected:
  HttpServer server_{answer_as_registry};
  RegistryClient registry_{server_.host()};
};

TEST_F(RegistryTest, ReadsManifests) {
  const auto manifest = registry_.manifest("deck", "v1");
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->digest, kEmptyDigest);
  EXPECT_EQ(manifest->media_type, kDockerManifest);
  EXPECT_EQ(manifest->body, "{}");
  EXPECT_THAT(server_.requests()[0].headers.at("accept"),
              HasSubstr("application/vnd.oci.image.manifest.v1+json"));
  EXPECT_EQ(registry_.digest("deck", "v1"), kEmptyDigest);
  EXPECT_FALSE(registry_.manifest("deck", "none"));
  EXPECT_FALSE(registry_.digest("deck", "none"));
}

TEST_F(RegistryTest, ReadsBlobs) {
  EXPECT_EQ(registry_.blob("deck", kBlobDigest), "blob");
  EXPECT_TRUE(registry_.has_blob("deck", "sha256:01"));
  EXPECT_FALSE(registry_.has_blob("deck", "sha256:02"));
  EXPECT_THAT(error_of([&] { registry_.blob("deck", "sha256:02"); }).what(),
              HasSubstr("has lost blob sha256:02 of deck"));
}

TEST_F(RegistryTest, PushesWhereTheRegistrySays) {
  registry_.push_blob("deck", "sha256:02", "content");
  EXPECT_EQ(server_.requests().at(1).body, "content");
  registry_.push_manifest("deck", "v2", kDockerManifest, "{\"a\":1}");
  EXPECT_EQ(server_.requests().at(2).headers.at("content-type"), kDockerManifest);
  EXPECT_EQ(server_.requests().at(2).body, "{\"a\":1}");
}

TEST_F(RegistryTest, MountsOrGivesUpTheUploadThatBegan) {
  EXPECT_TRUE(registry_.mount_blob("deck", "sha256:01", "base"));
  EXPECT_FALSE(registry_.mount_blob("deck", "sha256:02", "base"));
  EXPECT_EQ(server_.count("DELETE /v2/deck/blobs/uploads/8"), 1u);
}

TEST_F(RegistryTest, ARefusalSaysWhatAndWhy) {
  const auto error = error_of([&] { registry_.push_manifest("deck", "bad", kDockerManifest, "{}"); });
  EXPECT_EQ(error.what(), "the registry at " + server_.host() + " refused PUT for deck: status 400");
  EXPECT_EQ(error.details.output_tail, "MANIFEST_INVALID");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST(RegistryGoneTest, AStopEndsACallThatIsNotAnswered) {
  std::promise<void> asked;
  HttpServer silent([&](const auto&, auto& answer) {
    asked.set_value();
    answer.wait_for_close();
  });
  std::stop_source stop;
  const std::jthread stopper([&] {
    asked.get_future().wait();
    stop.request_stop();
  });
  EXPECT_THROW(RegistryClient(silent.host(), stop.get_token()).digest("deck", "v1"), Cancelled);
}

TEST(RegistryGoneTest, NamesRegistryAndImage) {
  std::string host;
  {
    const HttpServer gone([](const auto&, auto&) {});
    host = gone.host();
  }
  const auto error = error_of([&] { RegistryClient(host, {.pauses = {}}, {}).digest("deck", "v1"); });
  EXPECT_EQ(error.what(), "the registry at " + host + " cannot be reached for deck: http://" + host +
                              ": Connection refused");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

}  // namespace
}  // namespace harness
