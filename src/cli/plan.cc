#include "cli/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace harness {

namespace {

void add_image(Plan& plan, const Project& project, const std::string& name) {
  if (std::find(plan.images.begin(), plan.images.end(), name) != plan.images.end()) return;
  const Image& image = *project.image(name);
  for (const auto& base : plan.bases.at(name)) add_image(plan, project, base);
  if (!image.builder.empty()) plan.builders[image.builder].insert(image.target);
  plan.images.push_back(name);
}

std::set<std::string> to_rebuild(const Options& options, const Project& project) {
  std::vector<std::string> known;
  for (const auto& image : project.images) known.push_back(image.name);
  if (means_all(options.build)) return {known.begin(), known.end()};
  for (const auto& name : options.build)
    if (!project.image(name)) {
      const auto near = nearest(name, known);
      throw Error("-build: no image \"" + name + "\" in " + project.file.filename().string() +
                      (near ? " (did you mean \"" + *near + "\"?)" : ""),
                  {.hint = "images: " + join(known, ", "), .exit_code = kUsage});
    }
  return {options.build.begin(), options.build.end()};
}

/// `rebuilt` and every image that is made from one of them.
std::set<std::string> with_dependents(std::set<std::string> all, const ImageBases& bases) {
  for (size_t before = 0; before != all.size();) {
    before = all.size();
    for (const auto& [name, below] : bases)
      if (std::any_of(below.begin(), below.end(), [&](const auto& base) { return all.contains(base); }))
        all.insert(name);
  }
  return all;
}

bool uses_any(const std::vector<std::string>& images, const std::set<std::string>& wanted) {
  return std::any_of(images.begin(), images.end(), [&](const auto& image) { return wanted.contains(image); });
}

Plan plan_restart(const Options& options, const Project& project, const ComponentImages& uses,
                  const std::function<ImageBases()>& bases) {
  Plan plan;
  std::vector<std::string> known;
  for (const auto& component : project.components) known.push_back(component.name);
  for (const auto& name : options.restart) {
    if (!project.component(name)) {
      const auto near = nearest(name, known);
      throw Error(
          fmt::format("harness restart: no component \"{}\" in {}{}", name, project.file.filename().string(),
                      near ? " (did you mean \"" + *near + "\"?)" : ""),
          {.hint = "components: " + join(known, ", "), .exit_code = kUsage});
    }
    plan.restarted.insert(name);
  }
  plan.cluster = Plan::Cluster::require;
  plan.bases = bases();
  for (const auto& name : plan.restarted) {
    plan.components.push_back(name);
    for (const auto& image : uses.at(name)) add_image(plan, project, image);
  }
  return plan;
}

}  // namespace

std::map<std::string, std::set<std::string>> builders_of_tests(const Project& project) {
  std::map<std::string, std::set<std::string>> builders;
  for (const auto& program : project.tests)
    if (!program.builder.empty()) builders[program.builder].insert(program.target);
  return builders;
}

Plan make_plan(const Options& options, const Project& project, const ComponentImages& uses,
               const std::function<ImageBases()>& bases) {
  Plan plan;
  if (options.strict && !project.hermetic)
    throw Error("-strict and hermetic: false contradict each other",
                {.hint = "only a hermetic cluster shows what pods try to reach", .exit_code = kUsage});
  plan.tests = options.all || options.list || options.chooses();
  plan.teardown = options.teardown || (options.all && !options.keep && !options.watch && !options.no_setup &&
                                       !options.no_setup_kind_cluster && options.build.empty());
  if (plan.tests) plan.builders = builders_of_tests(project);
  plan.clear = options.clear;
  if (options.task == Task::restart) return plan_restart(options, project, uses, bases);
  const bool set_up = !options.no_setup && !options.list &&
                      (plan.tests || !options.build.empty() || options.no_setup_kind_cluster);
  if (!set_up) return plan;

  plan.cluster = options.build.empty() && !options.no_setup_kind_cluster ? Plan::Cluster::ensure
                                                                         : Plan::Cluster::require;
  plan.forced = to_rebuild(options, project);
  plan.bases = bases();
  const auto changed = with_dependents(plan.forced, plan.bases);
  const bool everything = options.build.empty() || options.no_setup_kind_cluster;
  for (const auto& image : project.images)
    if (everything || changed.contains(image.name)) add_image(plan, project, image.name);
  for (const auto& component : project.components) {
    if (!everything && !uses_any(uses.at(component.name), changed)) continue;
    plan.components.push_back(component.name);
    for (const auto& image : uses.at(component.name)) add_image(plan, project, image);
  }
  return plan;
}

std::set<std::string> used_components(const Project& project, const TestProgram& program) {
  std::set<std::string> used;
  if (!program.uses) {
    for (const auto& component : project.components) used.insert(component.name);
    return used;
  }
  auto next = *program.uses;
  if (program.kind == TestProgram::Kind::helm) next.push_back(program.path);
  while (!next.empty()) {
    const auto name = next.back();
    next.pop_back();
    if (!used.insert(name).second) continue;
    const auto& after = project.component(name)->after;
    next.insert(next.end(), after.begin(), after.end());
  }
  return used;
}

std::set<std::string> used_components(const Project& project, const std::set<const TestProgram*>& programs) {
  std::set<std::string> used;
  for (const auto* program : programs) used.merge(used_components(project, *program));
  return used;
}

std::set<std::string> images_of_these_alone(const ComponentImages& images,
                                            const std::set<std::string>& components) {
  std::set<std::string> alone;
  for (const auto& name : components) alone.insert(images.at(name).begin(), images.at(name).end());
  for (const auto& [component, names] : images)
    if (!components.contains(component))
      for (const auto& image : names) alone.erase(image);
  return alone;
}

bool may_leave_out(const Plan& plan, const Options& options, const Project& project) {
  const auto any = [&](auto has) { return std::any_of(project.tests.begin(), project.tests.end(), has); };
  if (!plan.tests || !options.build.empty() || options.no_setup_kind_cluster) return false;
  if (any([](const auto& program) { return program.control_plane; }) &&
      (!options.all || project.components.empty()))
    return true;
  return plan.cluster != Plan::Cluster::none && options.chooses() && !options.all &&
         any([](const auto& program) { return program.uses.has_value(); });
}

Plan apart(Plan plan, const Options& options, const Project& project) {
  plan.apart = true;
  plan.cluster = Plan::Cluster::none;
  plan.teardown = options.teardown;
  plan.images.clear();
  plan.left_out.clear();
  plan.components.clear();
  plan.clear.clear();
  plan.builders = builders_of_tests(project);
  return plan;
}

Plan without_unused(Plan plan, const Project& project, const ComponentImages& images,
                    const std::set<std::string>& used) {
  for (const auto& name : plan.components)
    if (!used.contains(name)) plan.left_out.insert(name);
  std::erase_if(plan.components, [&](const auto& name) { return plan.left_out.contains(name); });
  const auto of_left_out = images_of_these_alone(images, plan.left_out);
  const auto all = std::exchange(plan.images, {});
  plan.builders = builders_of_tests(project);
  for (const auto& name : all)
    if (!of_left_out.contains(name)) add_image(plan, project, name);  // with what it is made from
  return plan;
}

std::set<std::string> targets_in_any_case(const Plan& plan, const Project& project,
                                          const std::string& builder) {
  std::set<std::string> targets;
  if (plan.tests)
    for (const auto& program : project.tests)
      if (program.builder == builder) targets.insert(program.target);
  for (const auto& name : plan.images) {
    const Image& image = *project.image(name);
    if (image.builder == builder && (image.inputs.empty() || plan.forced.contains(name)))
      targets.insert(image.target);
  }
  return targets;
}

std::vector<const Image*> images_by_inputs(const Plan& plan, const Project& project,
                                           const std::string& builder) {
  std::vector<const Image*> images;
  for (const auto& name : plan.images) {
    const Image* image = project.image(name);
    if (image->builder == builder && !image->inputs.empty()) images.push_back(image);
  }
  return images;
}

std::string describe(const Plan& plan, const Options& options, const Project& project,
                     const std::string& cluster) {
  std::string text;
  if (plan.cluster == Plan::Cluster::ensure)
    text +=
        "cluster   create " + cluster + ", or use it if it is there; registry at " + project.registry + "\n";
  if (plan.cluster == Plan::Cluster::require) text += "cluster   use " + cluster + " as it is\n";
  if (!plan.clear.empty())
    text += fmt::format("clear     what tests left behind in {}\n", join(plan.clear, ", "));
  for (const auto& [builder, targets] : plan.builders) {
    const auto always = targets_in_any_case(plan, project, builder);
    std::vector<std::string> words{always.begin(), always.end()};
    for (const auto& target : targets)
      if (!always.contains(target)) words.push_back(target + " (if its inputs changed)");
    text += fmt::format("build     {}: {}\n", builder, join(words, " "));
  }
  for (const auto& image : plan.images)
    text += fmt::format("image     {}{}\n", image, plan.forced.contains(image) ? " (rebuilt)" : "");
  for (const auto& name : plan.components) {
    const auto& component = *project.component(name);
    std::vector<std::string> places;
    for (const auto& one : component.expose) places.push_back(one.host + one.path);
    text += fmt::format("{}{}{}{}\n", plan.restarted.contains(name) ? "restart   " : "deploy    ", name,
                        component.after.empty() ? "" : " after " + join(component.after, ", "),
                        component.expose.empty() ? "" : ", at " + join(places, ", "));
  }
  if (may_leave_out(plan, options, project)) {
    text += "          of these only what the chosen tests use:\n";
    for (const auto& program : project.tests) {
      const auto used = used_components(project, program);
      text += fmt::format("uses      {}: {}\n", program.name,
                          program.control_plane ? "a control plane without nodes"
                          : !program.uses       ? "all"
                          : used.empty()        ? "none"
                                                : join({used.begin(), used.end()}, ", "));
    }
  }
  if (plan.tests) {
    std::string chosen;
    for (const auto& [flag, value] :
         {std::pair{"-run", options.run}, {"-skip", options.skip}, {"-labels", options.labels}})
      if (!value.empty()) chosen += fmt::format(" {}={}", flag, value);
    if (options.failed) chosen += " -failed";
    if (options.shard) chosen += fmt::format(" -shard={}/{}", options.shard->index, options.shard->count);
    text += fmt::format("tests    {}{}\n", options.chooses() ? "" : " all", chosen);
  }
  if (plan.teardown) text += "teardown  delete " + cluster + "\n";
  return text.empty() ? "nothing to do\n" : text;
}

}  // namespace harness
