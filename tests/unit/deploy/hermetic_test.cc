// deploy/hermetic: whose pod it was, and which names it asked for.
#include <gmock/gmock.h>

#include "base/hash.h"
#include "deploy/hermetic/outside_names.h"
#include "deploy/hermetic/pod_addresses.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"

namespace harness {

void PrintTo(const OutsideName& one, std::ostream* out) {
  *out << one.pod << " " << one.name << " " << one.queries;
}

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = nlohmann::json;

auto asked(const std::string& pod, const std::string& name, int queries) {
  return AllOf(Field(&OutsideName::pod, pod), Field(&OutsideName::name, name),
               Field(&OutsideName::queries, queries));
}

Json pod(const Json& owners, const Json& labels = Json::object()) {
  return {
      {"metadata",
       {{"name", "deck-6d9c-x2x"}, {"namespace", "ci"}, {"labels", labels}, {"ownerReferences", owners}}}};
}

TEST(WorkloadKeyTest, APodIsItsDeployments) {
  const Json set = {{{"kind", "ReplicaSet"}, {"name", "deck-6d9c"}, {"controller", true}}};
  EXPECT_EQ(workload_key(pod(set, {{"pod-template-hash", "6d9c"}})), "ci/Deployment/deck");
  EXPECT_EQ(workload_key(pod(set)), "ci/ReplicaSet/deck-6d9c");
  EXPECT_EQ(workload_key(pod({{{"kind", "Job"}, {"name", "once"}, {"controller", true}}})), "ci/Job/once");
  EXPECT_EQ(workload_key(pod(Json::array())), "ci/Pod/deck-6d9c-x2x");
  EXPECT_EQ(
      workload_key(Object{
          .api_version = "apps/v1", .kind = "Deployment", .name = "deck", .name_space = "ci", .body = {}}),
      "ci/Deployment/deck");
}

class OutsideNamesTest : public testing::Test {
 protected:
  static std::string line(const std::string& text, const std::string& time = "2026-11-28T01:23:34.5Z") {
    return time + " [INFO] outside 10.244.0.5 " + text + ".\n";
  }
  static std::vector<OutsideName> names(const std::string& log) {
    return outside_names(log, "2026-11-28T01:23:34.123456789", {"default", "ci"});
  }
};

TEST_F(OutsideNamesTest, ALookUpOfBothFamiliesIsOne) {
  EXPECT_THAT(names(line("A api.github.com") + line("AAAA api.github.com") + line("A api.github.com")),
              ElementsAre(asked("10.244.0.5", "api.github.com", 2)));
}

TEST_F(OutsideNamesTest, OtherLinesAndEarlierOnesAreNone) {
  EXPECT_THAT(names("2026-11-28T01:23:34.5Z [INFO] plugin/reload: Running\nCoreDNS-1.12.1\n" +
                    line("A early.example", "2026-11-28T01:23:34.12Z") + line("HINFO 12.34")),
              IsEmpty());
}

TEST_F(OutsideNamesTest, WhatOnlyTheClusterCouldHaveIsNone) {
  EXPECT_THAT(names(line("A nosuch.default") + line("A nosuch.ci") + line("A nosuch.ci.svc") +
                    line("A nosuch") + line("A printer.local")),
              IsEmpty());
}

TEST_F(OutsideNamesTest, ANameWithASearchDomainIsTheNameItself) {
  EXPECT_THAT(names(line("A api.github.com.lan") + line("A api.github.com") + line("A nosuch.default.lan") +
                    line("A nosuch.default")),
              ElementsAre(asked("10.244.0.5", "api.github.com", 1)));
}

TEST(CorefileTest, TheNamesOfEgressHaveServersOfTheirOwn) {
  EXPECT_THAT(corefile({}), AllOf(HasSubstr("rcode NXDOMAIN"), Not(HasSubstr("hosts"))));
  EXPECT_THAT(corefile({{"api.github.com", {"1.2.3.4", "1.2.3.5"}}}),
              HasSubstr("dns://api.github.com:53 {\n    errors\n    hosts {\n        1.2.3.4 "
                        "api.github.com\n        1.2.3.5 api.github.com\n    }\n}\n"));
}

class ConfigureDnsTest : public testing::Test, protected WithKubeconfig {
 protected:
  void configure() {
    const KubeApi api(kubeconfig(server_), std::chrono::seconds(20), {});
    configure_dns(api, "new {}", {});
  }

  Json deployment_ = Json::object();
  std::map<std::string, Json> patches_;  ///< by the object's name

 private:
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    const auto path = request.target.substr(0, request.target.find('?'));
    if (path == "/readyz") return answer.reply(200, "ok");
    if (request.method == "PATCH")
      patches_[path.substr(path.find("kube-system"))] = Json::parse(request.body);
    if (path.ends_with("/deployments/coredns")) return answer.reply(200, deployment_.dump());
    answer.reply(200, R"({"data": {"Corefile": "old {}"}})");
  }
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }};
};

TEST_F(ConfigureDnsTest, PodsAreRolledOnceForEachConfiguration) {
  configure();
  EXPECT_EQ(patches_["kube-system/configmaps/coredns"]["data"]["Corefile"], "new {}");
  const Json annotations = {{"harness/corefile", sha256_hex("new {}")}};
  EXPECT_EQ(patches_["kube-system/deployments/coredns"]["spec"]["template"]["metadata"]["annotations"],
            annotations);

  deployment_["spec"]["template"]["metadata"]["annotations"] = annotations;
  patches_.clear();
  configure();
  EXPECT_FALSE(patches_.contains("kube-system/deployments/coredns"));
}

}  // namespace
}  // namespace harness
