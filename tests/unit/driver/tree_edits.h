#pragma once

#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "driver/fake_cluster.h"
#include "driver/sample_tree.h"

/// What a developer does between two runs, at random.
class TreeEdits {
 public:
  TreeEdits(const SampleTree& tree, FakeCluster& cluster, unsigned seed);
  /// Makes one edit and says which; there may be nothing for it to change.
  std::string make();
  /// A number below `count`, the same on every platform.
  size_t pick(size_t count) { return random_() % count; }

 private:
  std::string pick_file();
  std::string bumped(const std::string& text);
  std::string source();
  std::string source_in_disguise();
  std::string back();
  std::string rename();
  std::string mode();
  std::string touch();
  std::string create();
  std::string remove();
  std::string link();
  std::string project();
  std::string manifest();
  std::string toggle();
  std::string component();
  std::string swap_containers();
  std::string commit();
  std::string revert();
  std::string branch();
  std::string stash();
  std::string unstash();
  std::string meddle();

  const SampleTree& tree_;
  FakeCluster& cluster_;
  std::mt19937 random_;
  std::vector<std::pair<std::string, std::string>> before_;  ///< file -> what it was once
  bool stashed_ = false;
};
