#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/sources.h"

namespace harness {

/// What `docker build` is told besides the Dockerfile and its context.
struct BuildSettings {
  std::map<std::string, std::string> args = {};  ///< --build-arg
  std::string platform = {};                     ///< --platform; empty: as the environment says
  /// --secret: the name of a variable of the environment, or ID=FILE, relative to the project.
  std::vector<std::string> secrets = {};
  std::vector<std::string> ssh = {};         ///< --ssh: "default", or ID=SOCKET
  std::vector<std::string> cache_from = {};  ///< --cache-from
};

/// One entry of `images:`; made in one of four ways.
struct Image {
  enum class Kind { dockerfile, builder, command, pull };
  std::string name;
  Kind kind = Kind::pull;
  std::filesystem::path dockerfile;  ///< dockerfile: relative to the project
  std::filesystem::path context;     ///< dockerfile: its build context; default: the Dockerfile's folder
  BuildSettings settings;            ///< dockerfile
  std::string builder;               ///< builder: a key of Project::builders
  std::string target;  ///< builder: what replaces {targets}; dockerfile: the stage, empty: the last one
  /// builder: what it makes (relative to the project) -> absolute path in the image. Both end with "/" where
  /// that is a folder with all below it.
  std::map<std::string, std::string> files;
  std::string base;                        ///< builder: another image's name; empty: scratch
  std::vector<std::string> entrypoint;     ///< builder
  std::map<std::string, std::string> env;  ///< builder
  std::string user;                        ///< builder: "65532", "app:app"; empty: the base's
  std::string command;  ///< command: run by `sh -c` in the project with $IMAGE set; pushes $IMAGE itself
  std::string pull;     ///< pull: a reference, "nginx:1.26"
  std::vector<std::string> inputs;  ///< files and folders that go into it, relative to the project;
                                    ///< dockerfile: more than its context
  std::vector<std::string>
      replaces;  ///< names under which manifests know it, without tag: "ghcr.io/acme/web"
  Position at;
};

/// A way to a component through the gateway: one entry of `expose:`.
struct Exposure {
  std::string path;     ///< "/deck", or "/"
  std::string host;     ///< of the requests that it is for, "*.example.test" for one more label; empty: any
  bool strip = true;    ///< the component gets the rest of the path
  std::string service;  ///< empty: the first one that the gateway can serve
  std::string port;     ///< of the Service, by name or number; empty: its first one for TCP
  Position at;
};

/// A port of this machine that leads to a Service: one entry of `ports:`.
struct FixedPort {
  int port = 0;
  std::string service;  ///< empty: the one of the component that has this port or node port
  std::string target;   ///< the Service's port, by name or number; empty: the same one, or its only one
  bool is_udp = false;
  Position at;
};

/// One entry of `components:`: what its sources deploy.
struct Component {
  std::string name;
  std::vector<std::string> images;  ///< `image: x` or `image: [x, y]`; may be empty (a manifest of foreign
                                    ///< images or of configuration)
  Sources sources;
  std::vector<Exposure> expose;
  std::vector<FixedPort> ports;
  std::vector<std::string> after;   ///< components that must be ready first
  int timeout_seconds = 300;        ///< `timeout: 90s` (Go durations)
  std::vector<std::string> egress;  ///< "host:port": what its pods may reach outside of a hermetic cluster
  bool recreate_data =
      false;  ///< `recreate: data`: what holds data is made anew, too, where it cannot be changed in place
  std::map<std::string, std::string>
      ready;          ///< KIND or KIND.GROUP -> the condition that makes its objects ready
  bool sync = false;  ///< running pods get new images where that is enough, but for -all
  Position at;

  /// What comes before a path of its own at $HARNESS_URL: "/deck", empty for the root. Nothing where no
  /// exposure leads to all of it, whatever the host.
  std::optional<std::string> url_path() const;
};

/// The nodes of a cluster, as `nodes:`, `control-planes:` and `zones:` have them.
struct Topology {
  int nodes = 0;  ///< all of them, with the control planes; 0: the file does not say
  int control_planes = 1;
  std::vector<std::string> zones;  ///< one node after the other has the next one as its label
};

/// Where a command of `tests:` records its cases.
struct CaseFiles {
  enum class Format { none, junit, tap, test2json };
  Format format = Format::none;  ///< none: its exit code is all that is known
  /// Globs, relative to the project or, after "{results}/", to the folder that each attempt has; none:
  /// standard output.
  std::vector<std::string> globs;
  explicit operator bool() const { return format != Format::none; }
  /// All of them lie in the attempt's own folder, so that nobody else writes them.
  bool private_to_attempt() const;
};

/// One entry of `tests:`: a program that holds tests.
struct TestProgram {
  enum class Kind { gtest, go, ginkgo, pytest, command, helm };
  Kind kind = Kind::gtest;
  /// gtest: the binary; go, ginkgo: a package pattern; pytest: a file or folder, each relative to the
  /// project; command: run by `sh -c` in it; helm: the component whose chart has them.
  std::string path;
  std::string name;             ///< command: the test's name (required); else default: the file's name
  bool is_named = false;        ///< by the file: its tests are called "NAME/..."
  std::string python;           ///< pytest: the interpreter, "python3"
  std::string builder, target;  ///< what builds it; both may be empty
  std::string run, skip;        ///< RE2, as the flags have them: which of its tests there are at all
  std::vector<std::string> args, tags;  ///< go, ginkgo: of the test program; of its build
  std::map<std::string, std::string> env;
  bool shared = false;  ///< `process: shared`: one process runs many of its tests; else each has its own
  bool list_deployed = false;      ///< `list: deployed`: its tests are listed once all is deployed
  CaseFiles cases = {};            ///< command
  std::string list_command;        ///< command: prints the names of its cases; empty: its record alone tells
  std::vector<std::string> locks;  ///< no two tests that have one of them in common run at once
  bool in_file_order = false;      ///< `order: file`: one after another, as they are listed
  bool control_plane =
      false;  ///< `cluster: control-plane`: its tests have an API without nodes, of their own
  /// The components that it needs, and with them what these come after; nothing: all of them.
  std::optional<std::vector<std::string>> uses;
  Position uses_at;
  int timeout_seconds = 0;          ///< of each test; 0: that of the run
  std::vector<std::string> labels;  ///< of each test, besides its own
  std::string owner;                ///< of tests that name none
  Position at;
};

struct Project {
  std::filesystem::path file;  ///< components.yaml, absolute
  std::filesystem::path root;  ///< its folder: what every path in it is relative to
  std::string registry = "localhost:5001";
  std::string name_space = "default";  ///< of objects whose manifest names none; not in the file: another in
                                       ///< a cluster that the user gives
  bool hermetic = true;                ///< pods reach nothing outside the cluster
  int gateway_port = 0;                ///< `gateway: {port: 80}`: exactly this; 0: 80 where it is free
  Topology topology;
  std::map<std::string, std::string>
      builders;               ///< name -> command line; {targets} is replaced by the targets needed
  std::vector<Image> images;  ///< in the file's order
  std::vector<Component> components;
  std::vector<TestProgram> tests;

  const Image* image(const std::string& name) const;
  const Component* component(const std::string& name) const;
  /// Whether the tests of a component's chart are among `tests`.
  bool tests_chart_of(const std::string& component) const;
};

/// Reads and checks `file`. Throws Error (kUsage) whose message lists every problem as
/// "file:line:column: problem (did you mean "x"?)", each followed by the line and a caret.
Project load_project(const std::filesystem::path& file);

/// components.yaml of `folder` or of its nearest parent. Throws Error (kUsage) with the hint `harness init`.
std::filesystem::path find_project(const std::filesystem::path& folder);

}  // namespace harness
