#include "image/registry_url.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(RegistryUrlTest, IsSeenFromTheRegistry) {
  const RegistryUrl base{"https", "reg.example.com:5000", "/v2/a/blobs/1"};
  const auto of = [&](const std::string& text) {
    const auto url = resolve(base, text);
    return url ? url->origin() + " " + url->path : "none";
  };
  EXPECT_EQ(of("/v2/a/blobs/uploads/7?state=x"),
            "https://reg.example.com:5000 /v2/a/blobs/uploads/7?state=x");
  EXPECT_EQ(of("HTTP://store.example.com/x?y=/z#part"), "http://store.example.com /x?y=/z");
  EXPECT_EQ(of("//store.example.com:9000"), "https://store.example.com:9000 /");
  EXPECT_EQ(of("https://store.example.com?sign=1"), "https://store.example.com /?sign=1");
  for (const char* none :
       {"", "uploads/7", "ftp://x/y", "file:///etc/passwd", "https://reg.example.com@evil.com/", "https://"})
    EXPECT_EQ(of(none), "none") << none;
}

TEST(RegistryUrlTest, WhatStaysOnThisMachine) {
  for (const char* host :
       {"localhost", "localhost:5001", "127.0.0.1", "127.1.2.3:80", "[::1]:5001", "LOCALHOST:1"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"localhost.example.com", "registry.localhost:5001", "127.0.0.1.example.com",
                           "10.0.0.1", "128.0.0.1:80", "[::2]", ""})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(RegistryUrlTest, WhatMeansSomethingInAQueryIsEscaped) {
  EXPECT_EQ(percent_encoded("repository:a/b:pull,push &=+%\xc3\xa4-._~"),
            "repository%3Aa%2Fb%3Apull%2Cpush%20%26%3D%2B%25%C3%A4-._~");
}

}  // namespace
}  // namespace harness
