// Flows made at random: what engines are told is the plan's order, and Argo's words mean what the harness's
// scheduler does. TESTRUN_SEED=N is one of them.
#include <re2/re2.h>

#include <cstdlib>
#include <random>

#include "testrun/emit/names.h"
#include "testrun/emitting.h"
#include "testrun/scheduler.h"

namespace harness::testrun {
namespace {

constexpr unsigned kFlows = 200;

class EmitFlowTest : public testing::Test, protected Emitting {
 protected:
  EmitFlowTest() {
    define("plain");
    define("serial", "behavior: serial");
    define("disruptive", "behavior: disruptive");
  }
  int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  std::string flow(const std::string& key, int least, int most) {
    std::string text = key + ":";
    const int count = number(least, most);
    if (count == 0) return text + " []";
    for (int i = 0; i < count; ++i) {
      text += "\n- {name: " + key.substr(0, 1) + std::to_string(i) + ", dependsOn: [";
      for (int before = 0; before < i; ++before)
        if (number(0, 9) < 3) text += key.substr(0, 1) + std::to_string(before) + ",";
      const char* definitions[] = {"plain", "plain", "serial", "disruptive"};
      const char* conditions[] = {"always", "error", "success"};
      text += std::string("], definition: {name: ") + definitions[number(0, 3)] +
              ", continueOnError: " + (number(0, 2) ? "false" : "true") +
              ", condition: " + conditions[key == "onExit" ? number(0, 2) : 0] + "}}";
    }
    return text;
  }
  /// Of each node the names of those before it, as the engine is told.
  using Told = std::map<std::string, std::set<std::string>>;
  static Told expected(const Flow& flow, const Names& names) {
    Told told;
    for (size_t i = 0; i < flow.nodes.size(); ++i) {
      auto& before = told[names.of(flow.nodes[i])];
      for (const auto parent : flow.dag.parents(i)) before.insert(names.of(flow.nodes[parent]));
    }
    return told;
  }
  static std::set<std::string> names_in(std::string depends) {
    std::set<std::string> found;
    re2::StringPiece rest(depends);
    std::string name;
    while (RE2::FindAndConsume(&rest, R"(([\w-]+)\.\w+)", &name)) found.insert(name);
    return found;
  }

  void check_order(const Plan& plan, const nlohmann::ordered_json& pipeline,
                   const nlohmann::ordered_json& workflow) {
    const Names names(plan);
    Told tekton, argo;
    for (const auto& task : pipeline["spec"]["tasks"]) {
      auto& before = tekton[task["name"]];
      if (task.contains("runAfter")) before.insert(task["runAfter"].begin(), task["runAfter"].end());
    }
    EXPECT_EQ(tekton, expected(plan.testflow, names));
    const auto testflow = named(workflow["spec"]["templates"], "testflow");
    for (const auto& task : testflow["dag"]["tasks"])
      if (task["name"] != kFailingTask) argo[task["name"]] = names_in(task.value("depends", ""));
    EXPECT_EQ(argo, expected(plan.testflow, names));
  }

  /// onExit as Argo runs it, one task after the other: Succeeded, Failed, Skipped or Omitted.
  std::map<std::string, std::string> by_argo(const Plan& plan, const nlohmann::ordered_json& workflow,
                                             const std::string& outcome,
                                             const std::set<std::string>& failing) {
    const Names names(plan);
    std::map<std::string, std::string> states;
    const auto tasks = named(workflow["spec"]["templates"], "on-exit")["dag"]["tasks"];
    for (const auto index : plan.on_exit.dag.order()) {
      const auto task = named(tasks, names.of(plan.on_exit.nodes[index]));
      const std::string name = task["name"], depends = task.value("depends", ""),
                        when = task.value("when", "");
      bool holds = true, term = false;
      std::string one, state, end;
      re2::StringPiece rest(depends);  // a conjunction of disjunctions
      while (RE2::FindAndConsume(&rest, R"(([\w-]+)\.(\w+)\)?( && | \|\| |$))", &one, &state, &end)) {
        term = term || states.at(one) == state;
        if (end == " || ") continue;
        holds = holds && term;
        term = false;
      }
      const bool wanted = when.empty() || (when.find("==") != std::string::npos) == (outcome == "Succeeded");
      states[name] = !holds                   ? "Omitted"
                     : !wanted                ? "Skipped"
                     : failing.contains(name) ? "Failed"
                                              : "Succeeded";
    }
    return states;
  }

  void check_on_exit(const Plan& plan, const nlohmann::ordered_json& workflow) {
    const auto outcome = number(0, 1) ? Phase::succeeded : Phase::failed;
    const Names names(plan);
    std::set<std::string> failing;
    for (const auto& node : plan.on_exit.nodes)
      if (number(0, 3) == 0) failing.insert(names.of(node));
    Scheduler scheduler(plan.on_exit, true, outcome);
    while (const auto node = scheduler.next())
      scheduler.ended(
          *node, {failing.contains(names.of(plan.on_exit.nodes[*node])) ? Phase::failed : Phase::succeeded});
    const auto states = by_argo(plan, workflow, word(outcome), failing);
    for (size_t i = 0; i < plan.on_exit.nodes.size(); ++i) {
      const auto& state = states.at(names.of(plan.on_exit.nodes[i]));
      EXPECT_EQ(state == "Omitted" ? "Skipped" : state, word(scheduler.outcome(i).phase))
          << plan.on_exit.nodes[i].id;
    }
  }

  std::mt19937 random_;
};

TEST_F(EmitFlowTest, OrderAndOnExitAreThoseOfThePlan) {
  const char* chosen = std::getenv("TESTRUN_SEED");
  const auto first = chosen ? static_cast<unsigned>(std::atoi(chosen)) : 0,
             last = chosen ? first + 1 : kFlows;
  for (auto seed = first; seed < last && !HasFailure(); ++seed) {
    SCOPED_TRACE("TESTRUN_SEED=" + std::to_string(seed));
    random_.seed(seed);
    const auto spec = flow("testflow", 1, 12) + "\n" + flow("onExit", 1, 7);
    SCOPED_TRACE(spec);
    defaults_.only_pods = true;
    const auto& loaded = load(spec);
    const auto workflow = of_kind(emit(Engine::argo, loaded), "Workflow");
    check_order(loaded.plan, of_kind(emit(Engine::tekton, loaded), "Pipeline"), workflow);
    check_on_exit(loaded.plan, workflow);
  }
}

}  // namespace
}  // namespace harness::testrun
