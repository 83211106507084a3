#include "cli/init.h"

#include <string_view>
#include <utility>

#include "Dockerfile.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "components_yaml.h"
#include "gitignore.h"
#include "hello_sh.h"
#include "hello_yaml.h"
#include "index_html.h"

namespace harness {

void init_project(const std::filesystem::path& folder, Terminal& terminal) {
  const std::pair<const char*, std::string_view> files[] = {
      {"components.yaml", kComponentsYaml}, {"hello/Dockerfile", kDockerfile},
      {"hello/index.html", kIndexHtml},     {"manifests/hello.yaml", kHelloYaml},
      {"tests/hello.sh", kHelloSh},         {".gitignore", kGitignore}};
  std::vector<std::string> there;
  for (const auto& [path, text] : files)
    if (std::filesystem::exists(folder / path)) there.push_back(path);
  if (there == std::vector<std::string>{".gitignore"}) there.clear();
  if (!there.empty())
    throw Error("there is already " + join(there, ", ") + "; nothing was written",
                {.hint = "harness init in an empty folder", .exit_code = kUsage});
  for (const auto& [path, text] : files) {
    if (std::filesystem::exists(folder / path)) continue;
    create_folders((folder / path).parent_path());
    write_file_atomically(folder / path, std::string(text));
    terminal.line(std::string("wrote ") + path);
  }
  terminal.line("now: harness -all");
}

}  // namespace harness
