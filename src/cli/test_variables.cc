#include "cli/test_variables.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "deploy/render/image_references.h"

namespace harness {

namespace {

/// As a container has its environment, where a variable's name says what its value is.
Object as_object(const TestProgram& program) {
  Object object;
  object.body["env"] = nlohmann::json::array();
  for (const auto& [name, value] : program.env)
    object.body["env"].push_back({{"name", name}, {"value", value}});
  return object;
}

std::string place(const TestProgram& program, const Project& project) {
  return fmt::format("{}:{}:{}", project.file.filename().string(), program.at.line, program.at.column);
}

}  // namespace

std::map<std::string, std::string> test_variables(const Context& context, const std::string& url,
                                                  const std::filesystem::path& api,
                                                  const std::string& run_id) {
  std::map<std::string, std::string> variables{
      {"KUBECONFIG", context.instance.kubeconfig().string()},
      {"HARNESS_URL", url},
      {"HARNESS_NAMESPACE", context.project.name_space},
      {"HARNESS_API", api.string()},
      {"HARNESS_KEEP_NAMESPACES", context.options.keep_namespaces ? "1" : ""},
      {"HARNESS_RUN_ID", run_id},
      {"HARNESS_IMAGES", context.instance.images_file().string()}};
  if (!context.reach.tls.empty()) variables["HARNESS_TLS_URL"] = https_url(url);
  return variables;
}

std::map<std::string, std::string> test_variables(const Context& context,
                                                  const std::map<std::string, std::string>& environment,
                                                  const std::string& run_id) {
  auto variables = environment;
  variables["HARNESS_NAMESPACE"] = context.project.name_space;
  variables["HARNESS_KEEP_NAMESPACES"] = std::string(context.options.keep_namespaces ? 1 : 0, '1');
  variables["HARNESS_RUN_ID"] = run_id;
  return variables;
}

std::map<std::string, std::string> own_variables(const TestProgram& program, const Project& project,
                                                 const std::map<std::string, std::string>& references) {
  auto object = as_object(program);
  const ImageNames names(project);
  for (const auto& use : image_uses(object, names).uses)
    if (!references.contains(use.image))
      throw Error(
          fmt::format("{}: env: names the image {}, which this run did not look at", place(program, project),
                      use.image),
          {.hint = "a run without -no-setup makes it; where uses: leaves it out, add a component that has it",
           .exit_code = kUsage});
  replace_images(object, names, references);
  std::map<std::string, std::string> variables;
  for (const auto& one : object.body["env"]) variables[one["name"]] = one["value"];
  return variables;
}

void check_images_of_tests(const Project& project) {
  const ImageNames names(project);
  std::vector<std::string> problems;
  for (const auto& program : project.tests)
    for (const auto& use : image_uses(as_object(program), names).uses)
      if (!names.knows(use.image))
        problems.push_back(fmt::format("{}: env: names the image {}, and {} has none of that name",
                                       place(program, project), use.image, project.file.filename().string()));
  if (problems.empty()) return;
  throw Error(join(problems, "\n"), {.hint = "add it to images:, or correct the name", .exit_code = kUsage});
}

}  // namespace harness
