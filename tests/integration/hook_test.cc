#include <gmock/gmock.h>

#include "ci_repository.h"
#include "framework/http.h"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::CiRepository;
using testing::HasSubstr;

std::vector<std::string> labels_of(const CiRepository& repository, int number) {
  std::vector<std::string> names;
  for (const auto& label : repository.call("GET", "/issues/" + std::to_string(number) + "/labels"))
    names.push_back(label.at("name"));
  return names;
}

void wait_for_label(const CiRepository& repository, int number, const std::string& label, bool there = true) {
  test::eventually(30s, [&](std::string& seen) {
    const auto names = labels_of(repository, number);
    seen = json(names).dump();
    return (std::find(names.begin(), names.end(), label) != names.end()) == there;
  });
}

int open_issue(const CiRepository& repository) {
  return repository.call("POST", "/issues", {{"title", "broken"}}).at("number");
}

void comment(const CiRepository& repository, int number, const std::string& text) {
  repository.call("POST", "/issues/" + std::to_string(number) + "/comments", {{"body", text}});
}

TEST(TestHook, CommentsLabel) {
  const CiRepository repository;
  repository.add_hook();
  const int issue = open_issue(repository);
  comment(repository, issue, "It does not work.\n/label area/hook\n/kind bug");
  wait_for_label(repository, issue, "area/hook");
  wait_for_label(repository, issue, "kind/bug");
  comment(repository, issue, "/remove-kind bug");
  wait_for_label(repository, issue, "kind/bug", false);
}

TEST(TestHook, TestStartsTheJobThatIsAskedFor) {
  const CiRepository repository;
  const int pull = repository.open_pull();
  repository.add_hook();
  comment(repository, pull, "/test asked");
  const auto job = repository.wait_for_jobs("asked")[0];
  EXPECT_EQ(job.at("pull"), std::to_string(pull));
  EXPECT_EQ(job.at("sha"), repository.head);
  repository.wait_for_state(repository.head, "ci/asked", "success");
}

TEST(TestHook, AJobThatDoesNotExistIsAnswered) {
  const CiRepository repository;
  const int pull = repository.open_pull();
  repository.add_hook();
  comment(repository, pull, "/test nonsense");
  test::eventually(30s, [&](std::string& seen) {
    seen = repository.call("GET", "/issues/" + std::to_string(pull) + "/comments").dump();
    return seen.find("There is no job `nonsense` here") != std::string::npos;
  });
}

TEST(TestHook, APushStartsThePostsubmits) {
  const CiRepository repository;
  repository.add_hook();
  repository.call("PATCH", "/git/refs/heads/master", {{"sha", repository.head}, {"force", true}});
  const auto job = repository.wait_for_jobs("publish")[0];
  EXPECT_EQ(job.at("sha"), repository.head);
  EXPECT_EQ(job.at("pull"), "");
}

TEST(TestHook, ASignatureIsNeeded) {
  const auto url = test::component_url("hook") + "/hook";
  const std::map<std::string, std::string> headers{
      {"X-GitHub-Event", "ping"}, {"X-GitHub-Delivery", "1"}, {"Content-Type", "application/json"}};
  EXPECT_EQ(test::http({.method = "POST", .url = url, .body = "{}", .headers = headers}).status, 403);
  auto wrong = headers;
  wrong["X-Hub-Signature-256"] = "sha256=" + std::string(64, '0');
  EXPECT_EQ(test::http({.method = "POST", .url = url, .body = "{}", .headers = wrong}).status, 403);
  EXPECT_EQ(test::http({.url = url}).status, 405);
}

}  // namespace
