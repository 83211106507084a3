#include "deploy/running_image.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Json = nlohmann::json;

const std::string kWanted = "localhost:5001/web@sha256:22";

std::string difference(const char* image_id, const std::map<std::string, std::set<std::string>>& configs = {},
                       const std::string& wanted = kWanted) {
  return difference_of_image({{"imageID", image_id}}, wanted, [&](const std::string& reference) {
    const auto found = configs.find(reference);
    return found == configs.end() ? std::set<std::string>{} : found->second;
  });
}

TEST(RunningImageTest, WhateverItWasPulledBy) {
  EXPECT_EQ(difference("localhost:5001/web@sha256:22"), "");
  EXPECT_EQ(difference("docker-pullable://localhost:5001/web@sha256:22"), "");
  EXPECT_EQ(difference("mirror.example.com/web@sha256:22"), "");
  EXPECT_EQ(difference("localhost:5001/web@sha256:221"), "runs localhost:5001/web@sha256:221");
  EXPECT_EQ(difference("docker-pullable://localhost:5001/web@sha256:11"),
            "runs localhost:5001/web@sha256:11");
}

TEST(RunningImageTest, TheIdOfAnImageIsNotItsDigest) {
  EXPECT_EQ(difference("sha256:22"), "runs sha256:22") << "it only looks like it";
  EXPECT_EQ(difference("sha256:cc", {{kWanted, {"sha256:cc"}}}), "");
  EXPECT_EQ(difference("docker://sha256:cc", {{kWanted, {"sha256:aa", "sha256:cc"}}}), "")
      << "an index has one for each platform";
  EXPECT_EQ(difference("sha256:dd", {{kWanted, {"sha256:cc"}}}), "runs sha256:dd");
}

TEST(RunningImageTest, OneImageOfTwoDigests) {
  EXPECT_EQ(difference("localhost:5001/other@sha256:33",
                       {{kWanted, {"sha256:cc"}}, {"localhost:5001/other@sha256:33", {"sha256:cc"}}}),
            "");
  EXPECT_NE(difference("localhost:5001/other@sha256:33",
                       {{kWanted, {"sha256:cc"}}, {"localhost:5001/other@sha256:33", {"sha256:dd"}}}),
            "");
  EXPECT_NE(difference("localhost:5001/other@sha256:33"), "") << "what nothing is known of is not the same";
}

TEST(RunningImageTest, NothingYet) {
  EXPECT_EQ(difference(""), "runs nothing yet");
  EXPECT_EQ(difference_of_image(Json(), kWanted, [](const auto&) { return std::set<std::string>{}; }),
            "runs nothing yet");
  EXPECT_EQ(difference("", {}, "nginx:1.25"), "") << "a tag tells nothing";
}

}  // namespace
}  // namespace harness
