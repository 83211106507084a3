#include "testrun/artifacts.h"

#include "base/files.h"
#include "base/hash.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

constexpr size_t kShortName = 8;

void copy_folder(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
}

}  // namespace

Artifacts::Artifacts(fs::path run_dir, fs::path tmp)
    : run_dir_(std::move(run_dir)), tmp_(std::move(tmp)), newest_(begin()) {
  create_folders(begin().shared());
  create_folders(begin().kubeconfigs());
}

NodeFolders folders_of(const Node& node, const fs::path& run_dir) {
  auto dir = run_dir / (node.on_exit ? "onExit" : "testflow") / node.step->name;
  return {node.step->label.empty() ? dir : dir / node.definition().name};
}

NodeFolders Artifacts::folders(const Node& node) const {
  auto all = folders_of(node, run_dir_);
  all.tmp = tmp_ / sha256_hex(all.dir.string()).substr(0, kShortName);
  const std::lock_guard lock(mutex_);
  if (elsewhere_.contains(&node)) all.dir = all.tmp.string() + ".d";
  return all;
}

NodeFolders Artifacts::source_of(const Flow& flow, const Node& node) const {
  std::unique_lock lock(mutex_);
  const auto succeeded = succeeded_;
  const auto newest = newest_;
  lock.unlock();
  auto from = node.step->use_global_artifacts ? std::nullopt : node.artifacts_from;
  // In onExit it may not have run, or have failed where only the order of serial ones made it come before.
  if (node.step->artifacts_from.empty())
    while (from && !succeeded.contains(&flow.nodes[*from])) from = flow.nodes[*from].artifacts_from;
  if (from && fs::exists(folders(flow.nodes[*from]).shared())) return folders(flow.nodes[*from]);
  return node.step->use_global_artifacts || node.on_exit ? newest : begin();
}

NodeFolders Artifacts::prepare(const Flow& flow, const Node& node) { return fill(flow, node, folders(node)); }

NodeFolders Artifacts::prepare_elsewhere(const Flow& flow, const Node& node) {
  {
    const std::lock_guard lock(mutex_);
    elsewhere_.insert(&node);
  }
  return fill(flow, node, folders(node));
}

NodeFolders Artifacts::fill(const Flow& flow, const Node& node, const NodeFolders& own) const {
  create_folders(own.dir);
  create_folders(own.exports());
  create_private_folder(own.tmp);
  const auto source = source_of(flow, node);
  if (node.step->untrusted) {
    create_folders(own.shared());
    create_folders(own.kubeconfigs());
    const auto shoot = source.kubeconfigs() / "shoot.config";
    if (fs::exists(shoot)) fs::copy_file(shoot, own.kubeconfigs() / "shoot.config");
    return own;
  }
  copy_folder(source.shared(), own.shared());
  copy_folder(source.kubeconfigs(), own.kubeconfigs());
  return own;
}

void Artifacts::ended(const Node& node, bool succeeded) {
  const auto own = folders(node);
  std::error_code ignored;
  // Empty folders stay until clear(): file systems are slow where making and removing them alternate.
  if (!fs::is_empty(own.tmp, ignored)) fs::remove_all(own.tmp, ignored);
  fs::remove_all(own.files(), ignored);
  if (!succeeded || node.step->untrusted) return;
  const std::lock_guard lock(mutex_);
  succeeded_.insert(&node);
  if (node.alone) newest_ = own;
}

void Artifacts::clear(const Plan& plan) {
  std::error_code ignored;
  if (fs::exists(newest_.shared()) && !fs::is_empty(newest_.shared()))
    fs::rename(newest_.shared(), run_dir_ / "shared");
  for (const auto* flow : {&plan.testflow, &plan.on_exit})
    for (const auto& node : flow->nodes) {
      const auto own = folders(node);
      for (const auto& folder : {own.shared(), own.kubeconfigs(), own.tmp}) fs::remove_all(folder, ignored);
      fs::remove(own.exports(), ignored);  // only when it is empty
    }
  fs::remove_all(begin().dir, ignored);
}

}  // namespace harness::testrun
