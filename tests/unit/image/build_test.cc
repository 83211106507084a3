// image/build.cc with real builders and a registry in memory; what goes through docker is tested on a real cluster.
#include "image/build.h"

#include <gmock/gmock.h>

#include "base/hash.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/http_server.h"

namespace harness {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

/// Keeps blobs and manifests by "repository/digest-or-tag".
class MemoryRegistry {
 public:
  std::string host() const { return server_.host(); }
  size_t count(const std::string& method) const {
    size_t found = 0;
    for (const auto& request : server_.requests()) found += request.method == method;
    return found;
  }
  std::string stored(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = stored_.find(key);
    return found == stored_.end() ? "" : found->second;
  }
  void store_manifest(const std::string& repository, const std::string& tag, const std::string& body) {
    const std::lock_guard lock(mutex_);
    stored_[repository + "/" + tag] = stored_[repository + "/sha256:" + sha256_hex(body)] = body;
  }
  void store(const std::string& key, const std::string& content) {
    const std::lock_guard lock(mutex_);
    stored_[key] = content;
  }

 private:
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    const auto& target = request.target;
    const auto at = std::min(target.find("/manifests/"), target.find("/blobs/"));
    const std::string repository = target.substr(4, at - 4);
    const std::string last = target.substr(target.rfind(target.find("digest=") != std::string::npos ? '=' : '/') + 1);
    if (request.method == "POST") return answer.reply(202, "", {{"Location", "/v2/" + repository + "/blobs/uploads/1"}});
    if (request.method == "DELETE") return answer.reply(204);
    if (request.method == "PUT") {
      if (target.find("/manifests/") != std::string::npos)
        store_manifest(repository, last, request.body);
      else
        store(repository + "/" + last, request.body);
      return answer.reply(201);
    }
    const auto body = stored(repository + "/" + last);
    if (body.empty()) return answer.reply(404);
    answer.reply(200, request.method == "HEAD" ? "" : body, {{"Docker-Content-Digest", "sha256:" + sha256_hex(body)}, {"Content-Type", "application/vnd.oci.image.manifest.v1+json"}});
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> stored_;
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }};
};

class BuildTest : public testing::Test {
 protected:
  BuildTest() {
    project_.root = files_.root();
    project_.registry = registry_.host();
    project_.builders = {{"make", "echo {targets} >> built; echo making >&2"}, {"broken", "echo line; echo 'no rule for {targets}' >&2; exit 2"}};
  }
  std::string make(const Image& image, bool force = false) {
    return ImageBuilder(project_).make(image, force, {}, {});
  }
  void run_builder(const std::string& name, const std::vector<std::string>& targets) {
    ImageBuilder(project_).run_builder(name, targets, {}, {});
  }

  MemoryRegistry registry_;
  TempProject files_;
  Project project_;
  const Image deck_{.name = "deck", .kind = Image::Kind::builder, .builder = "make", .target = "deck", .files = {{"out/deck", "/usr/bin/deck"}}};
};

TEST_F(BuildTest, ABuilderMakesEveryTargetInOneCall) {
  run_builder("make", {"deck", "hook"});
  EXPECT_EQ(read_file(files_ / "built"), "deck hook\n");
}

TEST_F(BuildTest, ABuilderThatFailsShowsItsCommandAndTheEndOfItsOutput) {
  const auto error = error_of([&] { run_builder("broken", {"deck"}); });
  EXPECT_STREQ(error.what(), "builder broken failed");
  EXPECT_EQ(error.details.command, "cd " + files_.root().string() + " && echo line; echo 'no rule for deck' >&2; exit 2");
  EXPECT_EQ(error.details.output_tail, "line\nno rule for deck");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, AnImageIsPushedOnceAndNamedByItsDigest) {
  files_.write("out/deck", "program", 0755);
  const auto reference = make(deck_);
  EXPECT_THAT(reference, MatchesRegex("localhost:[0-9]+/deck@sha256:[0-9a-f]+"));
  EXPECT_EQ(sha256_hex(registry_.stored("deck/latest")), reference.substr(reference.find("sha256:") + 7));
  const auto pushes = registry_.count("PUT");
  EXPECT_EQ(make(deck_), reference);
  EXPECT_EQ(registry_.count("PUT"), pushes) << "what did not change is not pushed again";
  files_.write("out/deck", "changed", 0755);
  const auto changed = make(deck_);
  EXPECT_NE(changed, reference);
  EXPECT_EQ(sha256_hex(registry_.stored("deck/latest")), changed.substr(changed.find("sha256:") + 7));
}

TEST_F(BuildTest, AnImageStandsOnItsBase) {
  files_.write("out/deck", "program", 0755);
  auto deck = deck_;
  deck.base = "base";
  EXPECT_THAT(error_of([&] { make(deck); }).what(), HasSubstr("its base base is not in the registry"));
  registry_.store("base/sha256:cc", R"({"architecture":"amd64","os":"linux","config":{"Env":["A=1"]},"rootfs":{"type":"layers","diff_ids":["sha256:dd"]}})");
  registry_.store("base/sha256:ee", "the base's layer");
  registry_.store_manifest("base", "latest", R"({"config":{"digest":"sha256:cc"},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:ee","size":16}]})");
  make(deck);
  EXPECT_EQ(registry_.stored("deck/sha256:ee"), "the base's layer") << "its layers are in the repository too";
  EXPECT_THAT(registry_.stored("deck/latest"), HasSubstr("\"digest\":\"sha256:ee\""));
}

TEST_F(BuildTest, AFileThatTheBuilderDidNotMake) {
  const auto error = error_of([&] { make(deck_); });
  EXPECT_STREQ(error.what(), "image deck: builder make did not make out/deck");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, ACommandMustPushWhatImageNames) {
  const Image image{.name = "web", .kind = Image::Kind::command, .command = "echo \"$IMAGE\" > image; echo compiling"};
  const auto error = error_of([&] { make(image); });
  EXPECT_THAT(error.what(), HasSubstr("did not push " + registry_.host() + "/web:"));
  EXPECT_THAT(read_file(files_ / "image"), MatchesRegex("localhost:[0-9]+/web:[0-9a-f]+\n"));
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, ACommandThatFailsShowsItsOutput) {
  const auto error = error_of([&] { make({.name = "web", .kind = Image::Kind::command, .command = "echo 'x.go:3: no such package' >&2; exit 1"}); });
  EXPECT_STREQ(error.what(), "image web: sh exited with 1");
  EXPECT_EQ(error.details.output_tail, "x.go:3: no such package");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, ACommandRunsAgainOnlyWhenItsInputsChange) {
  files_.write("src/main", "1");
  const Image image{.name = "web", .kind = Image::Kind::command, .command = "echo ran >> runs", .inputs = {"src"}};
  error_of([&] { make(image); });  // learns the tag: nothing pushed it
  const auto error = std::string(error_of([&] { make(image); }).what());
  registry_.store_manifest("web", error.substr(error.rfind(':') + 1), "{}");
  EXPECT_THAT(make(image), HasSubstr("/web@sha256:"));
  EXPECT_EQ(read_file(files_ / "runs"), "ran\nran\n");
  EXPECT_THAT(make(image, true), HasSubstr("/web@sha256:"));  // forced
  EXPECT_EQ(read_file(files_ / "runs"), "ran\nran\nran\n");
  files_.write("src/main", "2");
  error_of([&] { make(image); });
  EXPECT_EQ(read_file(files_ / "runs"), "ran\nran\nran\nran\n");
}

}  // namespace
}  // namespace harness
