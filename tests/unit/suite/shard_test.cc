#include "suite/shard.h"

#include <gmock/gmock.h>

#include <set>

namespace harness {
namespace {

using testing::ElementsAre;

const TestProgram kProgram{.name = "p"};

std::vector<TestCase> tests(const std::vector<std::string>& names) {
  std::vector<TestCase> all;
  for (const auto& name : names) all.push_back({.program = &kProgram, .suite = "T", .name = name});
  return all;
}
std::vector<std::string> names(const std::vector<TestCase>& tests) {
  std::vector<std::string> all;
  for (const auto& test : tests) all.push_back(test.name);
  return all;
}
/// Those of each shard.
std::vector<std::vector<std::string>> cut(const std::vector<TestCase>& all, int count,
                                          const std::map<std::string, double>& seconds = {}) {
  std::vector<std::vector<std::string>> shards;
  std::set<std::string> cuts;
  for (int index = 1; index <= count; ++index) {
    const auto part = shard_of(all, {index, count}, seconds);
    EXPECT_EQ(part.of, all.size());
    cuts.insert(part.cut);
    shards.push_back(names(part.tests));
  }
  EXPECT_EQ(cuts.size(), 1u) << "all shards are of one cut";
  return shards;
}

TEST(ShardTest, EachTestIsInOneShardAndShardsAreEven) {
  std::vector<std::string> all;
  for (int i = 0; i < 100; ++i) all.push_back("Test" + std::to_string(i));
  for (const int count : {1, 2, 3, 7, 100, 150}) {
    std::multiset<std::string> found;
    size_t least = 100, most = 0;
    for (const auto& shard : cut(tests(all), count)) {
      found.insert(shard.begin(), shard.end());
      least = std::min(least, shard.size());
      most = std::max(most, shard.size());
    }
    EXPECT_EQ(found, std::multiset<std::string>(all.begin(), all.end())) << count;
    EXPECT_LE(most - least, 1u) << count;
  }
}

TEST(ShardTest, ByHowLongTestsTook) {
  EXPECT_THAT(cut(tests({"a", "b", "c", "d"}), 2, {{"T/a", 1}, {"T/b", 1}, {"T/c", 1}, {"T/d", 3}}),
              ElementsAre(ElementsAre("d"), ElementsAre("a", "b", "c")));
  EXPECT_THAT(cut(tests({"new", "b", "c", "d"}), 2, {{"T/b", 1}, {"T/c", 9}, {"T/d", 1}}),
              ElementsAre(ElementsAre("c"), ElementsAre("new", "b", "d")))
      << "a new one counts as the median";
}

TEST(ShardTest, TheSameWhateverTheOrderOfTheList) {
  const auto one = cut(tests({"a", "b", "c", "d", "e"}), 2), other = cut(tests({"e", "d", "c", "b", "a"}), 2);
  for (size_t i = 0; i < 2; ++i)
    EXPECT_EQ(std::set(one[i].begin(), one[i].end()), std::set(other[i].begin(), other[i].end()));
}

TEST(ShardTest, WhatBelongsTogetherStaysTogether) {
  auto all = tests({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  all[0].labels = all[5].labels = all[9].labels = {"serial"};
  TestProgram locked{.name = "l", .locks = {"job-config"}}, other{.name = "o", .locks = {"job-config", "x"}};
  all[1].program = all[2].program = &locked;
  all[7].program = &other;
  all[3].ordered = all[8].ordered = "container";
  for (int count = 2; count < 5; ++count)
    for (const auto& shard : cut(all, count)) {
      const std::set<std::string> part(shard.begin(), shard.end());
      EXPECT_TRUE(part.contains("a") == part.contains("f") && part.contains("f") == part.contains("j"));
      EXPECT_TRUE(part.contains("b") == part.contains("c") && part.contains("c") == part.contains("h"));
      EXPECT_EQ(part.contains("d"), part.contains("i"));
    }
}

TEST(ShardTest, AnotherCutHasAnotherName) {
  const auto name = [](const std::vector<std::string>& all, int count,
                       const std::map<std::string, double>& s) {
    return shard_of(tests(all), {1, count}, s).cut;
  };
  const auto usual = name({"a", "b", "c"}, 2, {});
  EXPECT_NE(name({"a", "b", "d"}, 2, {}), usual);
  EXPECT_NE(name({"a", "b", "c"}, 3, {}), usual);
  EXPECT_NE(name({"a", "b", "c"}, 2, {{"T/a", 1}, {"T/b", 1}, {"T/c", 5}}), usual);
}

}  // namespace
}  // namespace harness
