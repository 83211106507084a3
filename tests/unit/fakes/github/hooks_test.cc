// Hooks, and what they are told.
#include <condition_variable>
#include <deque>

#include "fake.h"
#include "github/text.h"
#include "github_fake_tests_paths.h"
#include "http/message.h"

namespace fakes::github {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

/// What a hook calls. Answers with the next of `answers`, then 200.
class Receiver {
 public:
  explicit Receiver(std::deque<int> answers = {}, unsigned short port = 0) : answers_(std::move(answers)) {
    server_.router().handle("POST", "/hook", [this](const http::Request& request) { return take(request); });
    port_ = server_.listen("127.0.0.1", port);
    thread_ = std::jthread([this] { server_.run(); });
  }
  ~Receiver() {
    release();
    server_.stop(0ms);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }
  unsigned short port() const { return port_; }
  /// The next event that is no ping.
  http::Request next() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (!came_.wait_for(lock, 60s, [&] { return !requests_.empty(); }))
        throw std::runtime_error("no event came");
      const auto request = requests_.front();
      requests_.pop_front();
      if (http::header(request.headers, "X-GitHub-Event") != "ping") return request;
    }
  }
  /// Names of the next events, with their actions: "issues opened".
  std::vector<std::string> names(int count) {
    std::vector<std::string> found;
    for (int i = 0; i < count; ++i) {
      const auto request = next();
      const Json body = Json::parse(request.body);
      found.push_back(http::header(request.headers, "X-GitHub-Event") +
                      (body.contains("action") ? " " + body["action"].get<std::string>() : ""));
    }
    return found;
  }
  void hold() { held_ = true; }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    came_.notify_all();
  }

 private:
  http::Response take(const http::Request& request) {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return !held_; });
    requests_.push_back(request);
    came_.notify_all();
    if (answers_.empty()) return http::text(200, "taken");
    const int status = answers_.front();
    answers_.pop_front();
    return http::text(status, "");
  }

  std::deque<int> answers_;
  std::mutex mutex_;
  std::condition_variable came_;
  bool held_ = false;
  std::deque<http::Request> requests_;
  http::Server server_{{}};
  unsigned short port_ = 0;
  std::jthread thread_;
};

class HooksTest : public GitHubTest {
 protected:
  Json hook(const std::string& url, const std::vector<std::string>& events = {"*"},
            const std::string& secret = "") {
    Json config{{"url", url}, {"content_type", "json"}};
    if (!secret.empty()) config["secret"] = secret;
    return must(201, "POST", "hooks", {{"name", "web"}, {"events", events}, {"config", config}});
  }
  Json delivery(const Json& hook, const std::string& event) {
    for (const auto& one : get("hooks/" + hook["id"].dump() + "/deliveries"))
      if (one["event"] == event) return one;
    return {{"status", "none"}};
  }
};

TEST_F(HooksTest, AreMadeEditedAndDeleted) {
  Receiver receiver;
  const auto made = hook(receiver.url(), {"issues"}, "s");
  const std::string path = "hooks/" + made["id"].dump();
  EXPECT_EQ(made["config"]["secret"], "********");
  EXPECT_EQ(get("hooks").size(), 1u);
  EXPECT_EQ(get(path)["events"], Json({"issues"}));
  EXPECT_EQ(must(422, "POST", "hooks",
                 {{"events", {"issues"}}, {"config", {{"url", receiver.url()}}}})["errors"][0]["message"],
            "Hook already exists on this repository");
  EXPECT_EQ(must(200, "PATCH", path, {{"add_events", {"push"}}, {"active", false}})["events"],
            Json({"issues", "push"}));
  must(204, "DELETE", path);
  must(404, "GET", path);
  for (const char* url : {"", "ftp://x/", "http://", "http://a b/", "http://a\r\nX: y"})
    must(422, "POST", "hooks", {{"config", {{"url", url}}}});
  must(422, "POST", "hooks", Json::object());
  must(422, "POST", "hooks", {{"name", "email"}, {"config", {{"url", receiver.url()}}}});
  EXPECT_THAT(get("hooks"), IsEmpty());
}

TEST_F(HooksTest, AnEventIsSignedAndWhole) {
  Receiver receiver;
  hook(receiver.url(), {"issues"}, "secret");
  must(201, "POST", "issues", {{"title", "t\xc3\xbc"}});
  const auto request = receiver.next();
  const auto header = [&](const char* name) { return http::header(request.headers, name); };
  EXPECT_EQ(header("X-GitHub-Event"), "issues");
  EXPECT_EQ(header("X-Hub-Signature-256"), "sha256=" + hmac_sha256("secret", request.body));
  EXPECT_EQ(header("X-Hub-Signature"), "sha1=" + hmac_sha1("secret", request.body));
  EXPECT_THAT(header("X-GitHub-Delivery"), MatchesRegex("........-....-4...-....-............"));
  EXPECT_TRUE(header("User-Agent").starts_with("GitHub-Hookshot/")) << header("User-Agent");
  EXPECT_EQ(header("Content-Type"), "application/json");
  const Json body = Json::parse(request.body);
  EXPECT_EQ(body["action"], "opened");
  EXPECT_EQ(body["issue"]["title"], "t\xc3\xbc");
  EXPECT_EQ(body["repository"]["full_name"], "octo/hello");
  EXPECT_EQ(body["sender"]["login"], "alice");
}

TEST_F(HooksTest, AFormHoldsThePayload) {
  Receiver receiver;
  must(201, "POST", "hooks",
       {{"events", {"issues"}}, {"config", {{"url", receiver.url()}, {"secret", "s"}}}});
  must(201, "POST", "issues", {{"title", "t"}});
  const auto request = receiver.next();
  EXPECT_EQ(http::header(request.headers, "Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(http::header(request.headers, "X-Hub-Signature-256"), "sha256=" + hmac_sha256("s", request.body));
  ASSERT_TRUE(request.body.starts_with("payload="));
  EXPECT_EQ(Json::parse(http::percent_decoded(request.body.substr(8)))["action"], "opened");
}

TEST_F(HooksTest, EventsOfIssues) {
  Receiver receiver;
  hook(receiver.url());
  must(201, "POST", "issues", {{"title", "t"}, {"labels", {"bug"}}});
  must(200, "PATCH", "issues/1", {{"title", "t2"}, {"state", "closed"}});
  must(200, "PATCH", "issues/1", {{"state", "open"}});
  must(200, "PUT", "issues/1/labels", {{"labels", {"x"}}});
  must(201, "POST", "issues/1/assignees", {{"assignees", {"bob"}}});
  const std::string comment =
      "issues/comments/" + must(201, "POST", "issues/1/comments", {{"body", "b"}})["id"].dump();
  must(200, "PATCH", comment, {{"body", "c"}});
  must(204, "DELETE", comment);
  EXPECT_THAT(receiver.names(11),
              ElementsAre("issues opened", "issues labeled", "issues edited", "issues closed",
                          "issues reopened", "issues unlabeled", "issues labeled", "issues assigned",
                          "issue_comment created", "issue_comment edited", "issue_comment deleted"));
}

TEST_F(HooksTest, EventsOfPullRequests) {
  Receiver receiver;
  hook(receiver.url(), {"pull_request", "pull_request_review"});
  open_pull();
  must(200, "POST", "issues/1/labels", {{"labels", {"lgtm"}}});
  must(200, "DELETE", "issues/1/labels/lgtm");
  must(200, "PATCH", "pulls/1", {{"title", "t2"}});
  const std::string next = must(201, "POST", "git/commits",
                                {{"message", "next"},
                                 {"tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
                                 {"parents", {kTopic}}})["sha"];
  must(200, "PATCH", "git/refs/heads/topic", {{"sha", next}});
  must(200, "PATCH", "pulls/1", {{"state", "closed"}});
  must(200, "PATCH", "issues/1", {{"state", "open"}});
  actor_ = "bob";
  must(200, "POST", "pulls/1/reviews", {{"event", "APPROVE"}});
  must(200, "PUT", "pulls/1/merge");
  EXPECT_THAT(receiver.names(9),
              ElementsAre("pull_request opened", "pull_request labeled", "pull_request unlabeled",
                          "pull_request edited", "pull_request synchronize", "pull_request closed",
                          "pull_request reopened", "pull_request_review submitted", "pull_request closed"));
}

TEST_F(HooksTest, EventsOfRefsAndStatuses) {
  Receiver receiver;
  hook(receiver.url(), {"push", "create", "delete", "status"});
  must(201, "POST", "git/refs", {{"ref", "refs/heads/x"}, {"sha", kBase}});
  const auto create = Json::parse(receiver.next().body), push = Json::parse(receiver.next().body);
  EXPECT_EQ(create["ref"], "x");
  EXPECT_EQ(push["ref"], "refs/heads/x");
  EXPECT_EQ(push["before"], std::string(40, '0'));
  must(200, "PATCH", "git/refs/heads/x", {{"sha", kTopic}});
  const auto moved = Json::parse(receiver.next().body);
  EXPECT_EQ(moved["before"], kBase);
  EXPECT_EQ(moved["after"], kTopic);
  EXPECT_EQ(moved["commits"].size(), 1u);
  EXPECT_EQ(moved["head_commit"]["message"], "topic");
  must(201, "POST", std::string("statuses/") + kTopic, {{"state", "success"}, {"context", "ci"}});
  const auto status = Json::parse(receiver.next().body);
  EXPECT_EQ(status["context"], "ci");
  EXPECT_THAT(column(status["branches"], "name"), ElementsAre("topic", "x"));
  must(204, "DELETE", "git/refs/heads/x");
  EXPECT_THAT(receiver.names(2), ElementsAre("delete", "push"));
}

TEST_F(HooksTest, AReceiverThatIsDownIsTriedAgainInOrder) {
  Receiver receiver({200, 503, 502});  // the ping, then two that count as down
  const auto made = hook(receiver.url(), {"issues"});
  for (const char* title : {"1", "2"}) must(201, "POST", "issues", {{"title", title}});
  std::vector<std::string> titles;
  for (int i = 0; i < 4; ++i) titles.push_back(Json::parse(receiver.next().body)["issue"]["title"]);
  EXPECT_THAT(titles, ElementsAre("1", "1", "1", "2"));
  ASSERT_TRUE(support::eventually([&] { return delivery(made, "issues")["status"] == "OK"; }));
  const auto all = get("hooks/" + made["id"].dump() + "/deliveries");
  EXPECT_THAT(column<int>(all, "attempts"), ElementsAre(1, 3, 1));
  EXPECT_EQ(get("hooks/" + made["id"].dump())["last_response"]["code"], 200);
}

TEST_F(HooksTest, AReceiverThatCannotBeReachedHoldsNobodyUp) {
  unsigned short port = 0;
  { port = Receiver().port(); }
  const auto dead = hook("http://127.0.0.1:" + std::to_string(port) + "/hook", {"issues"});
  Receiver receiver;
  hook(receiver.url(), {"issues"});
  must(201, "POST", "issues", {{"title", "t"}});
  EXPECT_EQ(Json::parse(receiver.next().body)["issue"]["title"], "t");
  ASSERT_TRUE(support::eventually([&] { return delivery(dead, "ping")["attempts"] > 0; }));
  EXPECT_THAT(delivery(dead, "ping")["status"].get<std::string>(), testing::HasSubstr("cannot connect"));
  Receiver late({}, port);
  EXPECT_EQ(Json::parse(late.next().body)["issue"]["title"], "t");
}

TEST_F(HooksTest, OtherErrorsAreFinal) {
  Receiver receiver({200, 500});
  const auto made = hook(receiver.url(), {"issues"});
  must(201, "POST", "issues", {{"title", "1"}});
  must(201, "POST", "issues", {{"title", "2"}});
  receiver.next(), receiver.next();
  ASSERT_TRUE(support::eventually([&] { return delivery(made, "issues")["status"] == "OK"; }));
  EXPECT_THAT(column<int>(get("hooks/" + made["id"].dump() + "/deliveries"), "status_code"),
              ElementsAre(200, 500, 200));
}

TEST_F(HooksTest, TooManyAreNotQueued) {
  Receiver receiver;
  receiver.hold();
  const auto made = hook(receiver.url(), {"ping"});
  for (std::size_t i = 0; i < Deliveries::kQueue + 2; ++i)
    must(204, "POST", "hooks/" + made["id"].dump() + "/pings");
  EXPECT_THAT(delivery(made, "ping")["status"].get<std::string>(), testing::HasSubstr("too many"));
  receiver.release();
}

TEST_F(HooksTest, PingsAndRedeliveries) {
  Receiver receiver;
  const auto made = hook(receiver.url(), {"issues"});
  const std::string path = "hooks/" + made["id"].dump();
  must(201, "POST", "issues", {{"title", "t"}});
  const auto first = receiver.next();
  must(204, "POST", path + "/pings");
  const std::string id = delivery(made, "issues")["id"].dump();
  must(202, "POST", path + "/deliveries/" + id + "/attempts");
  const auto again = receiver.next();
  EXPECT_EQ(http::header(again.headers, "X-GitHub-Delivery"),
            http::header(first.headers, "X-GitHub-Delivery"));
  EXPECT_EQ(again.body, first.body);
  EXPECT_THAT(column(get(path + "/deliveries"), "event"), ElementsAre("issues", "ping", "issues", "ping"));
  ASSERT_TRUE(support::eventually([&] { return delivery(made, "issues")["status"] == "OK"; }));
  const auto whole = get(path + "/deliveries/" + id);
  EXPECT_EQ(whole["request"]["payload"]["action"], "opened");
  EXPECT_EQ(whole["response"]["payload"], "taken");
  must(404, "GET", path + "/deliveries/999999");
  must(404, "POST", path + "/deliveries/999999/attempts");
}

TEST_F(HooksTest, OnlyWhatAHookAskedForIsSent) {
  Receiver receiver;
  const auto made = hook(receiver.url(), {"push"});
  must(201, "POST", "issues", {{"title", "t"}});
  must(201, "POST", "git/refs", {{"ref", "refs/heads/x"}, {"sha", kBase}});
  EXPECT_THAT(receiver.names(1), ElementsAre("push"));
  must(200, "PATCH", "hooks/" + made["id"].dump(), {{"active", false}});
  must(204, "DELETE", "git/refs/heads/x");
  EXPECT_THAT(column(get("hooks/" + made["id"].dump() + "/deliveries"), "event"),
              ElementsAre("push", "ping"));
}

TEST(PostTest, UrlsThatCannotBe) {
  Deliveries deliveries;
  Hook hook{.id = 1, .active = true, .events = {}, .url = "http://nowhere.invalid/", .content_type = "json"};
  deliveries.add(hook, 1, "ping", Json::object());
  EXPECT_TRUE(support::eventually([&] { return deliveries.list(1)[0].attempts > 0; }));
  EXPECT_THAT(deliveries.list(1)[0].status, testing::HasSubstr("cannot find nowhere.invalid"));
}

/// The program as a whole: SIGTERM ends it while an event waits for its next attempt.
TEST(FakeGhServerTest, EndsWithEventsInTheQueue) {
  unsigned short dead = 0;
  { dead = Receiver().port(); }
  support::TempDir temp;
  support::Process process({FAKEGHSERVER, "-port=0", "-address=127.0.0.1"}, {}, temp.path() / "log");
  const std::string line = process.read_line();
  ASSERT_TRUE(line.starts_with("listening on http://127.0.0.1:")) << line;
  const auto port = static_cast<unsigned short>(std::stoi(line.substr(line.rfind(':') + 1)));
  const std::vector<std::string> token{"Authorization: token login:octo"};
  EXPECT_EQ(support::request(port, "POST", "/user/repos", R"({"name": "r"})", token).status, 201);
  const Json hook{{"config", {{"url", "http://127.0.0.1:" + std::to_string(dead) + "/"}}}};
  EXPECT_EQ(support::request(port, "POST", "/repos/octo/r/hooks", hook.dump(), token).status, 201);
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(20s), 0) << support::must("cat " + (temp.path() / "log").string());
}

TEST(FakeGhServerTest, WrongFlags) {
  for (const char* flag : {"-git-server=x", "-public-url=localhost", "-nope=1"}) {
    support::Process process({FAKEGHSERVER, flag});
    EXPECT_EQ(process.wait(), 2) << flag;
  }
}

TEST_F(HooksTest, AnEditOfTheConfigurationIsTheWholeOfIt) {
  const Json made =
      must(201, "POST", "hooks", {{"config", {{"url", "http://127.0.0.1:1/"}, {"secret", "s"}}}});
  const std::string path = "hooks/" + made["id"].dump();
  EXPECT_TRUE(must(200, "PATCH", path, {{"active", false}})["config"].contains("secret"));
  EXPECT_TRUE(must(200, "PATCH", path + "/config", {{"content_type", "json"}}).contains("secret"));
  const Json config{{"url", "http://127.0.0.1:1/"}};
  EXPECT_FALSE(must(200, "PATCH", path, {{"config", config}})["config"].contains("secret"));
}

}  // namespace
}  // namespace fakes::github
