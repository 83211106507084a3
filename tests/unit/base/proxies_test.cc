#include "base/proxies.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "support/environment.h"

namespace harness {
namespace {

/// None is set at the beginning.
class ProxiesTest : public testing::Test {
 protected:
  std::vector<std::unique_ptr<ScopedVariable>> none_ = [] {
    std::vector<std::unique_ptr<ScopedVariable>> all;
    for (const auto* name : {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy",
                             "https_proxy", "all_proxy", "no_proxy"})
      all.push_back(std::make_unique<ScopedVariable>(name, std::nullopt));
    return all;
  }();
  static std::string value(const char* name) { return std::getenv(name) ? std::getenv(name) : "(unset)"; }
};

TEST_F(ProxiesTest, WhatTheUserWroteStays) {
  EXPECT_EQ(with_hosts("", {"a", "b"}), "a,b");
  EXPECT_EQ(with_hosts(" corp.example , .x, ", {"a", "corp.example", "", "a"}), "corp.example , .x,a");
  EXPECT_EQ(with_hosts("*", {"a"}), "*");
  EXPECT_EQ(with_hosts("x,*", {"a"}), "x,*");
}

TEST_F(ProxiesTest, ExemptInBothCasesWhereAProxyIsNamed) {
  exempt_from_proxies({"a"});
  EXPECT_EQ(value("NO_PROXY"), "(unset)");
  const ScopedVariable proxy("all_proxy", "socks5://p:1"), list("no_proxy", "mine");
  exempt_from_proxies({"a"});
  EXPECT_EQ(value("NO_PROXY"), "mine,a") << "who reads this one does not read the other";
  EXPECT_EQ(value("no_proxy"), "mine,a");
  exempt_from_proxies({"a", "b"});
  EXPECT_EQ(value("NO_PROXY"), "mine,a,b");
}

TEST_F(ProxiesTest, EmptyIsUnset) {
  const ScopedVariable proxy("HTTP_PROXY", "");
  EXPECT_FALSE(names_proxy(proxy_variables()));
  const ScopedVariable list("NO_PROXY", "a");
  EXPECT_FALSE(names_proxy(proxy_variables())) << "a list is no proxy";
}

TEST_F(ProxiesTest, OnLoopback) {
  for (const auto* proxy : {"http://127.0.0.1:8888", "127.0.0.1:8888", "localhost:3128",
                            "http://me:p%40ss@localhost:1/", "socks5h://[::1]:1080", "http://127.1.2.3",
                            "HTTP://LocalHost:1", "http://0.0.0.0:1", "http://proxy.localhost:1"})
    EXPECT_TRUE(is_on_loopback(proxy)) << proxy;
  for (const auto* proxy : {"http://proxy:8888", "http://localhost.example.com:1", "http://10.0.0.1:1",
                            "http://127.0.0.1@proxy:1", "http://[fe80::1]:1", "", "http://1270.0.0.1"})
    EXPECT_FALSE(is_on_loopback(proxy)) << proxy;
}

TEST_F(ProxiesTest, AnotherHostForTheSameProxy) {
  EXPECT_EQ(with_proxy_host("http://me:p@127.0.0.1:8888/x", "172.18.0.1"), "http://me:p@172.18.0.1:8888/x");
  EXPECT_EQ(with_proxy_host("localhost:1", "h"), "h:1");
  EXPECT_EQ(proxy_address("http://me@[::1]:1080/").port, 1080);
  EXPECT_EQ(proxy_address("proxy").port, 0);
}

TEST_F(ProxiesTest, BuildsGetWhatContainersReach) {
  EXPECT_THAT(proxy_build_args(), testing::IsEmpty());
  const ScopedVariable local("http_proxy", "http://localhost:1"), list("NO_PROXY", "a");
  EXPECT_THAT(proxy_build_args(), testing::IsEmpty());
  const ScopedVariable proxy("HTTPS_PROXY", "http://me:secret@p:1");
  EXPECT_THAT(proxy_build_args(),
              testing::ElementsAre("--build-arg", "HTTPS_PROXY", "--build-arg", "NO_PROXY"));
}

}  // namespace
}  // namespace harness
