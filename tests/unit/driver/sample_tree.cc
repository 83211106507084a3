#include "driver/sample_tree.h"

#include <fcntl.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>

#include "base/text.h"
#include "driver/yaml_json.h"
#include "image/repository.h"

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

// Each "x0" is one that a test may change.
const char* const kComponents = R"sh(builders: {cc: "sh build.sh x0 {targets}"}
images:
  base: {builder: cc, files: {out/base: /bin/base, conf/base.conf: /etc/base.conf}, entrypoint: [/bin/base, x0], env: {BASE: x0}, inputs: [src/base]}
  app: {builder: cc, target: app, files: {out/app: /bin/app, conf/app.conf: /etc/app.conf}, base: base, entrypoint: [/bin/app, x0], env: {APP: x0}, inputs: [src/app, include, shared]}
  web: {builder: cc, files: {out/web: /bin/web}, base: base, env: {WEB: x0}}
  tool: {command: sh push.sh x0, inputs: [tool]}
components:
  one: {manifest: manifests/one.yaml}
  two: {manifest: manifests/two.yaml}
  three: {manifest: manifests/three.yaml, after: [one]}
tests: [{name: TestOne, command: 'true'}]
)sh";

const char* const kList = R"sh(LC_ALL=C
list() {
  for file; do
    mode=file text=
    if [ -L "$file" ]; then
      printf 'link %s %s;' "$file" "$(readlink "$file")"
    elif [ -f "$file" ]; then
      [ ! -x "$file" ] || mode=program
      read -r text < "$file" || :
      printf '%s %s %s;' $mode "$file" "$text"
    fi
  done
}
)sh";

const char* const kBuild = R"sh(set -e
. ./list.sh
flavour=$1
shift
[ ! -e broken ] || exit 1
mkdir -p out
for target; do
  name=${target%-debug}
  echo "$flavour $target $(list src/$name/* src/$name/*/*; [ $name != app ] || list include/* shared/*)" > out/$name
  chmod +x out/$name
done
)sh";

const char* const kPush = R"sh(set -e
. ./list.sh
to=${IMAGE%:*}
echo "{\"schemaVersion\": 2, \"layers\": [], \"annotations\": {\"made\": \"$1 $(list tool/*)\"}}" |
  curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary @- "http://${to%/*}/v2/${to##*/}/manifests/${IMAGE##*:}"
)sh";

std::string deployment(const std::string& name, const std::string& spec) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         "}\nspec:\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name + "}}\n    spec:\n" + spec;
}

std::string config_map(const std::string& name, const std::string& image) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {text: x0, image: " + image +
         "}\n---\n";
}

std::vector<std::string> sorted_entries(const fs::path& folder) {
  std::vector<std::string> names;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool is_program(const fs::path& file) {
  return (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms::none;
}

}  // namespace

SampleTree::SampleTree(const TempProject& folder, std::string registry)
    : folder_(folder), registry_(std::move(registry)) {
  const auto put = [&](const std::string& path, const std::string& text) { folder_.write(path, text); };
  put(".gitignore", "out/\n.harness/\n*.o\nbroken\n");
  put("components.yaml", "registry: " + registry_ + "\n" + kComponents);
  put("list.sh", kList);
  put("build.sh", kBuild);
  put("push.sh", kPush);
  const std::string to = "image: " + registry_ + "/";
  put("manifests/one.yaml",
      config_map("settings", registry_ + "/web") +
          deployment("one", "      containers:\n        - {name: a, " + to +
                                "app, env: [{name: E, value: x0}]}\n"
                                "      volumes: [{name: s, configMap: {name: settings}}]\n"));
  put("manifests/two.yaml", deployment("two", "      containers:\n        - {name: a, " + to +
                                                  "web}\n        - {name: b, " + to + "tool}\n"));
  put("manifests/three.yaml",
      deployment("three", "      containers:\n        - {name: a, " + to +
                              "app, env: [{name: WORKER, value: " + registry_ +
                              "/web}], envFrom: [{configMapRef: {name: settings}}]}\n"));
  put("manifests/four.yaml",
      config_map("four", registry_ + "/tool") +
          deployment("four",
                     "      containers:\n        - {name: a, " + to +
                         "base, env: [{name: E, valueFrom: {configMapKeyRef: {name: four, key: text}}}]}\n"));
  for (const auto& source : source_folders()) put(source + "/keep.c", "x0 " + source + "\n");
  for (const char* path :
       {"src/base/b.c", "src/app/a.c", "src/app/sub/s.c", "src/web/w.c", "include/h.h", "common/c.h",
        "common2/c.h", "tool/t.c", "conf/base.conf", "conf/app.conf", "conf/alt.conf"})
    put(path, std::string("x0 ") + path + "\n");
  fs::create_symlink("common", folder_ / "shared");
  fs::create_symlink("a.c", folder_ / "src/app/link.c");
  for (const auto& file : files()) make_old(folder_ / file);
  git(folder_.root(),
      "init -q && git add -A && git -c core.hooksPath=/dev/null commit -qm all && git branch side");
}

const std::vector<std::string>& SampleTree::source_folders() {
  static const std::vector<std::string> folders{"src/base", "src/app", "src/app/sub", "src/web",
                                                "include",  "common",  "common2",     "tool"};
  return folders;
}

std::vector<std::string> SampleTree::files() const {
  std::vector<std::string> all;
  auto folders = source_folders();
  folders.emplace_back("conf");
  for (const auto& folder : folders)
    for (const auto& name : sorted_entries(folder_ / folder))
      if (const auto path = folder + "/" + name; fs::is_regular_file(fs::symlink_status(folder_ / path)))
        all.push_back(path);
  return all;
}

void SampleTree::write(const std::string& path, const std::string& text) const {
  std::ofstream(folder_ / path, std::ios::trunc) << text;
}

std::string SampleTree::listing(const std::string& folder) const {
  std::string text;
  for (const auto& name : sorted_entries(folder_ / folder)) {
    const auto path = folder + "/" + name;
    if (const auto status = fs::symlink_status(folder_ / path); fs::is_symlink(status))
      text += "link " + path + " " + fs::read_symlink(folder_ / path).string() + ";";
    else if (fs::is_regular_file(status))
      text +=
          (is_program(folder_ / path) ? "program " : "file ") + path + " " + harness::trim(read(path)) + ";";
  }
  return text;
}

Json SampleTree::artifact(const std::string& builder, const std::string& target) const {
  const auto name = target.substr(0, target.find('-'));
  std::string text = builder + " " + target + " " + listing("src/" + name);
  for (const auto& entry : sorted_entries(folder_ / ("src/" + name)))
    if (fs::is_directory(folder_ / ("src/" + name) / entry)) text += listing("src/" + name + "/" + entry);
  if (name == "app") text += listing("include") + listing("shared");
  return "755 " + text + "\n";
}

Json SampleTree::image(const std::string& name) const {
  const Json project = to_json(YAML::Load(read("components.yaml"))), image = project["images"][name];
  if (image.contains("command"))
    return {{"made", harness::split(image["command"].get<std::string>(), ' ')[2] + " " + listing("tool")}};
  Json made = image.contains("base")
                  ? this->image(image["base"])
                  : Json{{"files", Json::object()}, {"entrypoint", Json::array()}, {"env", Json::array()}};
  for (const auto& [from, to] : image["files"].items()) {
    const auto path = to.get<std::string>().substr(1);
    if (from.starts_with("out/"))
      made["files"][path] = artifact(harness::split(project["builders"]["cc"].get<std::string>(), ' ')[2],
                                     image.value("target", name));
    else
      made["files"][path] = (is_program(folder_ / from) ? "755 " : "644 ") + read(from);
  }
  if (image.contains("entrypoint")) made["entrypoint"] = image["entrypoint"];
  const Json env = image.value("env", Json::object());
  for (const auto& [key, value] : env.items()) made["env"].push_back(key + "=" + value.get<std::string>());
  return made;
}

std::vector<Json> SampleTree::objects() const {
  std::vector<Json> all;
  const Json project = to_json(YAML::Load(read("components.yaml")));
  for (const auto& component : project["components"])
    for (const auto& document : YAML::LoadAll(read(component["manifest"]))) all.push_back(to_json(document));
  return all;
}
