#pragma once

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/gate.h"
#include "base/graph.h"
#include "base/terminal.h"
#include "cli/cluster_config.h"
#include "cli/component_objects.h"
#include "cli/phases.h"
#include "cli/plan.h"
#include "cli/synced.h"
#include "cluster/instance.h"
#include "cluster/kube_proxy.h"
#include "cluster/lifecycle.h"
#include "deploy/arrivals.h"
#include "deploy/freshness.h"
#include "deploy/gateway.h"
#include "deploy/hermetic/hermetic.h"
#include "deploy/inventory.h"
#include "deploy/manifest.h"
#include "deploy/snapshot.h"
#include "image/build.h"
#include "suite/history.h"
#include "suite/list.h"
#include "suite/report.h"
#include "suite/selector.h"
#include "suite/shard.h"

namespace harness {

/// What one command works with.
struct Context {
  const Options& options;
  const Project& project;
  const Instance& instance;
  ComponentObjects& objects;
  const Reach& reach;
  Terminal& terminal;
  Phases& phases;
  std::string program;    ///< what the user typed: "./harness"
  std::string command;    ///< with its flags
  bool is_given = false;  ///< the cluster is one that the user gave (-kubeconfig)
};

inline ObjectsOf objects_of(const Context& context) {
  return [&context](const Component& component) -> const std::vector<Object>& {
    return context.objects.written(component);
  };
}

/// The part of a plan that comes before the tests: cluster, images and test programs side by side, each
/// component as soon as its images, the cluster and what it comes after are there.
class Setup {
 public:
  Setup(Plan plan, const Context& context);

  /// Where chosen tests may need less than the plan has, by their `uses:` and `cluster:`: builds and lists
  /// the tests, and takes the rest out of the plan. run() does not do that again. Throws as run().
  void leave_out_unused(std::stop_token stop);
  const Plan& plan() const { return plan_; }

  /// What is done about objects that tests of earlier runs left behind; -clear is done in any case.
  enum class Cleaning { none, refuse };

  /// Begins to connect to the cluster that is there, where the plan does no work on it.
  void connect();
  /// Throws the first Error; Cancelled after a Ctrl-C.
  void run(Cleaning cleaning, std::stop_token stop);

  /// Those of which no chosen test makes use, once they are known: this run says nothing of them.
  std::set<std::string> unused_components() const;
  /// The images that only these run: what is deployed of them may be of an older tree.
  std::set<std::string> unused_images() const;

  /// Why tests could meet something else than components.yaml and the working tree say; for each component
  /// that they use, whatever the plan deploys. Empty: they cannot.
  Stale stale(std::stop_token stop) const;

  /// Watches what pods try to reach outside, from now on, where the project is hermetic; run() does it by
  /// itself where there is work on the cluster.
  void watch_outside();
  void tell_nodes(std::stop_token stop) const;
  /// What they tried, since the last call.
  std::vector<OutsideAttempt> outside(std::stop_token stop) const;
  /// Before the cluster goes.
  void end_watch() { hermetic_.reset(); }

  const std::string& run_id() const { return run_id_; }  ///< of what tests make
  const Synced& synced() const { return synced_; }
  const std::vector<TestCase>& tests() const {
    return tests_;
  }  ///< the selected ones, once run() has returned
  const std::optional<RunShard>& shard() const { return shard_; }
  const std::string& url() const { return cluster_.url; }  ///< of the gateway
  const KubeApi* api() const {
    return cluster_.api.get();
  }  ///< null before connect() and until the cluster answers
  /// Where the API is to answer tests ($HARNESS_API), a moment after the first call; empty without a cluster.
  /// A call that finds it ended starts it again. Not thread-safe.
  std::filesystem::path api_for_tests();

 private:
  /// The steps that it adds.
  std::vector<StepId> add_builders(Graph& graph, const Plan& plan);
  /// Makes what `plan` asks of it and this run has not made yet.
  void call_builder(const std::string& builder, const Plan& plan, std::stop_token stop);
  void add_cluster(Graph& graph);
  void add_loads(Graph& graph);
  /// What an image is waited for by, before a pod runs it.
  StepId loaded(const std::string& image) const { return {context_.is_given ? "load" : "image", image}; }
  /// In a cluster that the user gave: sees to it that nothing of theirs is touched.
  void claim(const std::vector<Object>& objects, std::stop_token stop) const;
  /// `image` is what it runs.
  std::vector<Object> gateway(const std::string& image, const Certificates& certificates,
                              std::stop_token stop) const;
  /// Of manifests, else of the cluster as it is.
  Certificates certificates(const Inventory& inventory, std::stop_token stop) const;
  void deploy_gateway(const Certificates& certificates, std::stop_token stop);
  /// Once a component is deployed: certificates that something of it has made.
  void renew_certificates(const std::string& component, std::stop_token stop);
  void add_images(Graph& graph);
  void add_hermetic(Graph& graph);
  ClusterConfig cluster_config() const;
  /// Looks once more, and again, where what would be stale may be over in a moment; throws Error (kDeploy)
  /// where it is not.
  void expect_fresh(std::stop_token stop);
  /// Deletes the Jobs that a CronJob's controller has started since from the template that it knew a moment
  /// before.
  void remove_late_jobs(std::stop_token stop);
  /// Whether what was rolled out still runs, once all is; throws Error (kDeploy) where it crashes.
  void wait_until_steady(std::stop_token stop);
  void add_components(Graph& graph);
  /// Tests are listed beside all else, those of `list: deployed` once all is deployed; then they are
  /// selected. `before`: what builds their programs.
  void add_tests(Graph& graph, std::vector<StepId> before);
  /// The last step of the tests that waits for no component.
  StepId before_deployment() const;
  Selector selector() const;
  /// Those that the flags choose; with -shard the shard's.
  ShardTests chosen(std::vector<TestCase> tests) const;
  void take_shard(const ShardTests& part);
  /// What must be there before the programs with `list: deployed` are listed.
  std::vector<StepId> all_deployed() const;
  void list_programs(bool deployed, std::stop_token stop);
  std::vector<TestCase> tests_of(const ListRequest& request, std::stop_token stop) const;
  /// The programs that have chosen tests among those that are listed; one with `list: deployed` counts as
  /// chosen.
  std::set<const TestProgram*> chosen_programs() const;
  void select_tests();
  /// Throws Error (kUsage) where two tests have one name.
  void check_names() const;
  /// Where the gateway is going to be, which tests are listed with: where it is, or a port that is free now
  /// and taken for a new cluster.
  void decide_url();
  void make_image(const Image& image, std::stop_token stop);
  /// The images of which only making them would tell whether they have changed, and which the plan does not
  /// make.
  std::vector<std::string> not_looked_at() const;
  /// All that the chosen tests use, and whatever is no longer in components.yaml.
  bool deploys_everything() const {
    return plan_.components.size() + plan_.left_out.size() == context_.project.components.size();
  }
  std::string inventory_namespace() const {
    return context_.is_given ? context_.instance.name_space() : "kube-system";
  }
  /// What makes a component reachable, once it is deployed. `name` has something at the gateway.
  void add_reach(Graph& graph, const std::string& name);
  void reach(const std::string& name, std::stop_token stop);
  bool has_reach(const std::string& name) const;
  /// Of the Gateways and routes of a component, in a cluster of the harness's own.
  void write_route_statuses(const std::string& name, std::stop_token stop) const;
  void add_removals(Graph& graph);
  void add_cleaning(Graph& graph, Cleaning cleaning);
  enum class Found { as_it_was, changed, new_objects, restarted };
  Waiting waiting(const std::string& component, int timeout_seconds, Terminal::Task& task) const;
  /// What is wrong with the Service of a component that does not answer.
  std::optional<Diagnosis> why_unreachable(const Route& route, std::stop_token stop) const;
  struct Limits {
    int timeout_seconds;
    bool may_lose_data = false;
  };
  /// Has `objects` in the cluster and ready, where `name` is what the inventory knows them by, and `hash`
  /// theirs. Says what it found there.
  Found roll_out(const std::string& name, const std::vector<Object>& objects, const std::string& hash,
                 const Limits& limits, Terminal::Task& task, std::stop_token stop);
  void deploy(const Component& component, const std::vector<Object>& objects, std::stop_token stop);
  /// Renders a chart that asks the cluster, where this run has not done so yet. Throws Error (kDeploy) where
  /// what it makes does not fit what was planned.
  void ask_cluster(const Component& component, const Inventory& inventory) const;
  /// What the chart of a component says, with -verbose.
  void show_notes(const Component& component) const;
  /// Deploys by new images for the pods that run, where `sync:` allows that and it is enough. `hash` is that
  /// of `objects`.
  bool sync(const Component& component, const std::vector<Object>& objects, const std::string& hash,
            Terminal::Task& task, std::stop_token stop);
  /// The images whose sources are not those that were deployed.
  std::vector<std::string> changed_sources(std::stop_token stop) const;
  std::string sources_of(const Image& image, std::stop_token stop) const;
  std::map<std::string, std::string> references() const;

  Plan plan_;
  const Context& context_;
  const std::string run_id_;
  const std::map<std::string, std::string> before_;  ///< image -> what was deployed by the run before
  ImageBuilder builder_;
  std::future<FoundCluster> found_;  ///< looked for beside the rest
  RunningCluster cluster_;
  std::unique_ptr<KubeProxy> proxy_for_tests_;
  std::optional<Inventory> inventory_;  ///< once there is a connection
  mutable std::optional<Snapshot>
      snapshot_;  ///< likewise: the cluster as this run met it, and once all is deployed as it left it
  std::atomic<bool> applied_ = false;  ///< the first of these is over
  Gate nodes_;  ///< open once they take pods: what is applied before waits for that, and is not stuck
  std::optional<Hermetic> hermetic_;  ///< where the project is, once there is a connection
  mutable Arrivals arrivals_;         ///< of components
  Synced synced_;
  std::atomic<size_t> unchanged_images_ = 0, unchanged_components_ = 0;
  std::mutex gateway_mutex_;
  std::map<std::string, Certificate> certificates_;  ///< that the gateway has
  std::string planned_url_;
  int gateway_port_ = 0;           ///< of planned_url_
  std::optional<RunShard> shard_;  ///< with -shard, once tests are selected
  std::vector<TestCase> listed_, tests_;
  bool is_listed_ = false;  ///< but for `list: deployed`
  mutable std::mutex mutex_;
  std::map<std::string, std::set<std::string>> built_;  ///< builder -> targets of tests that it has made
  std::map<std::string, std::string> references_;       ///< image -> what a pod runs
  std::map<std::string, std::string> sources_;          ///< image -> hash of what it was made from
};

}  // namespace harness
