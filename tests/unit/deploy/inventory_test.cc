// deploy/inventory.cc against an API in the test: what is stored when many components are deployed at once.
#include "deploy/inventory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "support/errors.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"

namespace harness {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr int kAtOnce = 12;

class InventoryTest : public testing::Test, protected WithKubeconfig {
 protected:
  InventoryTest() {
    api_.emplace(kubeconfig(server_), seconds(20), std::stop_token());
    inventory_.emplace(*api_, "kube-system", std::stop_token());
  }
  bool stores(const std::string& component) {
    const std::lock_guard lock(mutex_);
    return stored_.contains(component);
  }

  std::atomic<int> writes_ = 0, refused_ = 0;
  int refusal_code_ = 422;
  std::string refusal_ = "full";

 private:
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    if (request.target == "/readyz") return answer.reply(200, "ok");
    if (request.method == "GET") return answer.reply(404, "{}");
    if (++writes_ <= refused_) return answer.reply(refusal_code_, Json{{"message", refusal_}}.dump());
    const std::lock_guard lock(mutex_);
    stored_ = Json::parse(request.body).at("data");
    answer.reply(200, "{}");
  }
  std::mutex mutex_;
  Json stored_ = Json::object();
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }};

 protected:
  std::optional<KubeApi> api_;
  std::optional<Inventory> inventory_;
};

TEST_F(InventoryTest, WhatBeginsIsStoredBeforeItGoesOn) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kAtOnce; ++i)
    threads.emplace_back([this, name = fmt::format("c{}", i)] {
      const Identity id{{"", "ConfigMap"}, "default", name};
      inventory_->begin(name, {{id, {id, "v1"}}}, {});
      EXPECT_TRUE(stores(name)) << name;
    });
  threads.clear();
  EXPECT_LE(writes_, kAtOnce);
}

TEST_F(InventoryTest, AWriteThatFailedIsNotTakenForThatOfAnother) {
  refused_ = 3;
  std::atomic<int> failed = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kAtOnce; ++i)
    threads.emplace_back([&, name = fmt::format("c{}", i)] {
      try {
        inventory_->begin(name, {}, {});
      } catch (const Error& e) {
        EXPECT_STREQ(e.what(), "cannot note what is deployed, in ConfigMap kube-system/harness: full");
        ++failed;
        return;
      }
      EXPECT_TRUE(stores(name)) << name;
    });
  threads.clear();
  EXPECT_EQ(failed, 3);
}

TEST_F(InventoryTest, AWebhookWhoseServerStartsIsWaitedFor) {
  refused_ = 3;
  refusal_code_ = 500;
  refusal_ =
      R"(Internal error occurred: failed calling webhook "hook.example.com": no endpoints available for service "hook")";
  inventory_->begin("a", {}, {});
  EXPECT_TRUE(stores("a"));
  EXPECT_EQ(writes_, 4);
}

TEST_F(InventoryTest, AWebhookThatRefusesIsNamed) {
  refused_ = 1;
  refusal_code_ = 400;
  refusal_ = R"(admission webhook "hook.example.com" denied the request: no)";
  const auto error = error_of([&] { inventory_->begin("a", {}, {}); });
  EXPECT_STREQ(error.what(),
               "cannot note what is deployed, in ConfigMap kube-system/harness: the webhook hook.example.com "
               "refuses it");
  EXPECT_EQ(error.details.output_tail, refusal_);
}

}  // namespace
}  // namespace harness
