"""Where a page is tried: a scratch folder with its files, a shell, the programs, and ports in place of those of the page."""
import http.server
import os
import re
import shutil
import socket
import subprocess
import threading

import checks
import outputs
import pages
import shell
import tables

CLONE = os.path.abspath("build/docs/clone")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes what the fake's hooks send."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Scene:
    def __init__(self, page, folder, programs, with_cluster):
        self.page, self.folder, self.programs, self.with_cluster = page, folder, programs, with_cluster
        self.in_clone = with_cluster and page in tables.IN_A_CLONE
        self.snippets, self.additions, self.help, self.printed = [], [], {}, ""
        self.receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.receiver.serve_forever, daemon=True).start()
        self.repos = os.path.join(folder, "repos")
        # What the page has, and what stands for it here.
        self.places = {"8888": str(free_port()), "4443": str(free_port()), "9000": str(self.receiver.server_port), "/tmp/repos": self.repos}
        self.start_folder = clone() if self.in_clone else os.path.join(folder, "project")
        self.environment = {
            "PATH": programs + ":" + os.environ["PATH"], "SHOP": os.path.join(folder, "shop"),
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
            "HARNESS_CACHE": os.environ.get("HARNESS_CACHE", os.path.expanduser("~/.cache/harness")), "TERM": "dumb"}
        os.makedirs(self.start_folder, exist_ok=True)
        if not self.in_clone:
            os.symlink(os.path.join(programs, "harness"), os.path.join(self.start_folder, "harness"))
        self.write_shop()
        self.shell = shell.Shell(self.start_folder, self.environment)

    def write_shop(self):
        """The project of adopt.md, which other pages speak of, too."""
        for block in pages.read("docs/adopt.md"):
            if isinstance(block, pages.File):
                write(os.path.join(self.environment["SHOP"], block.path), block.text)

    def here(self, text):
        """What stands here for a text of the page."""
        text = re.sub(r"(localhost:|127\.0\.0\.1:|-port=)(8888|4443|9000)", lambda found: found[1] + self.places[found[2]], text)
        return text.replace("/tmp/repos", self.repos).replace("build/bin/", self.programs + "/") if not self.in_clone else text

    def there(self, line):
        for shown, used in self.places.items():
            line = line.replace(used, shown)
        return line.replace(os.path.realpath(self.folder), "...").replace(self.folder, "...")

    def prepare(self, line):
        """A line of shell; `page: X` is the page's own command that begins with X."""
        if line.startswith("page: "):
            line = next(block.text for block in pages.read(self.page) if isinstance(block, pages.Command) and block.text.startswith(line[len("page: "):]))
        printed, code = self.shell.run(self.here(line), 900)
        if code != 0:
            raise checks.Wrong(f"what comes before it failed ({code}): {line}\n" + "\n".join(printed))

    def try_command(self, text, shown, needs_cluster):
        """What is wrong, or nothing."""
        here = self.here(text)
        more = outputs.OF_SERVER.get(self.server(), ())
        if os.path.basename(text.split()[0]).startswith("fake"):
            return self.serve(here, shown)
        if self.in_clone and text.startswith("curl "):
            here = here.replace("http://localhost", self.gateway())
        for tries in range(20):
            printed, code = self.shell.run(here, 3600 if needs_cluster else 60)
            printed = [self.there(one) for one in printed]
            wrong = self.difference(text, shown, printed, more, needs_cluster) if shown else ""
            fails = any(one.startswith("error:") or "FAIL" in one for one in shown)
            if not wrong and code != (0 if not fails else code) and not text.endswith("doctor"):
                wrong = f"exit code {code}\n" + "\n".join(printed)
            # What the fake delivers on a thread of its own comes a moment later: what only asks is asked again.
            if not wrong or needs_cluster or not re.match(r"(AS=\w+ )?gh [^-]*\|? *", text) or "-d '" in text or "-X" in text:
                break
        return wrong + ("\n  all of it:\n  " + "\n  ".join(printed) if wrong and needs_cluster else "")

    def difference(self, text, shown, printed, more, needs_cluster):
        if text.endswith("harness doctor"):
            return doctor_difference(shown, printed)
        return outputs.difference(shown, printed, more, in_order=not needs_cluster)

    def server(self):
        """The name of the server that runs."""
        return os.path.basename(self.shell.servers[0].args[0]) if self.shell.servers else ""

    def serve(self, command, shown):
        arguments = command.split()
        arguments[0] = os.path.join(self.programs, os.path.basename(arguments[0]))
        if not any(one.startswith("-port=") for one in arguments):
            arguments += [f"-port={self.places['8888']}", f"-port-https={self.places['4443']}"]
        os.makedirs(self.repos, exist_ok=True)
        where, _ = self.shell.run("pwd")
        printed = self.shell.serve(arguments, where[0], max(1, len(shown)))
        return outputs.difference(shown or ["listening on http://127.0.0.1:8888"], [self.there(one) for one in printed])

    def gateway(self):
        with open(os.path.join(CLONE, ".harness/default/instance.json"), encoding="utf-8") as file:
            return re.search(r"http://localhost(:\d+)?", file.read())[0]

    def write(self, block):
        """A file of the page, and what can be said of it by itself."""
        path = os.path.join(self.root(), block.path)
        write(path, block.text)
        if path.endswith((".py", "Tiltfile")):
            checks.is_python(path)
        if path.endswith(".cc"):
            self.snippets.append((block.text, True))
        if self.page == "docs/components.md":
            self.complete(path)

    def root(self):
        if self.page in ["docs/adopt.md", *tables.OF_SHOP]:
            return self.environment["SHOP"]
        return os.path.join(self.folder, "complete") if self.page == "docs/components.md" else self.start_folder

    def complete(self, path):
        """The example that has every key is accepted, once what it names is there."""
        self.printed = self.accept_with(os.path.dirname(path), NAMED)

    def accept_with(self, folder, files):
        """What the dry run prints of the components.yaml of `folder`, once it has `files`."""
        write_named_files(folder, files)
        return self.accept(folder, {"HARNESS_CACHE": os.path.join(folder, "cache")})

    def accept(self, folder, environment=None):
        result = subprocess.run([os.path.join(self.programs, "harness"), "-dry-run", "-all"], cwd=folder, capture_output=True, text=True, timeout=60,
                                env={**self.shell.environment, **(environment or {})})
        if result.returncode:
            raise checks.Wrong(f"harness -dry-run -all does not accept it\n{result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def check_text(self, block, how, *arguments):
        if how == "says":
            checks.says(*arguments, block.lines)
        elif how == "cpp":
            self.snippets.append(("\n".join(block.lines), False))
        elif how == "printed":
            missing = [one for one in block.lines if one not in self.printed]
            if missing:
                raise checks.Wrong(f"the complete example's dry run does not print: {missing[0]}\n{self.printed}")
        elif how == "wrap":
            self.wrap(arguments[0] + "\n".join(block.lines) + arguments[1])
        elif how == "example":
            write(os.path.join(self.folder, "example", "components.yaml"), "\n".join(block.lines))
            printed = self.accept_with(os.path.join(self.folder, "example"), EXAMPLES[arguments[0]])
            if "from outside" in printed:
                raise checks.Wrong(f"an image of its manifests is none of its images\n{printed}")
        elif how == "kind":
            write(os.path.join(self.folder, "kind", "cluster-config/kind.yaml"), "\n".join(block.lines))
            write(os.path.join(self.folder, "kind", "components.yaml"), "tests: [{name: T, command: \"true\"}]")
            self.accept(os.path.join(self.folder, "kind"))
        elif how == "under":
            self.additions.append((arguments[0], block.lines))
            if self.in_clone:
                add_to_project(CLONE, CLONE, self.additions[-1:])
        elif how == "append":
            with open(os.path.join(CLONE if self.in_clone else ".", arguments[0]), "a" if self.in_clone else "r", encoding="utf-8") as file:
                if self.in_clone:
                    file.write("\n".join(block.lines) + "\n")
                elif block.lines[0].split("(")[0] not in file.read():
                    raise checks.Wrong(f"{arguments[0]} has no line like {block.lines[0]}")

    def wrap(self, text):
        folder = os.path.join(self.folder, f"wrapped-{len(os.listdir(self.folder))}")
        write(os.path.join(folder, "components.yaml"), text)
        write(os.path.join(folder, "m.yaml"), SERVICES)
        self.accept(folder)

    def finish(self):
        """What can be checked only once the whole page was read."""
        faults = []
        for check in (self.check_go, self.check_testrun, self.check_addition, lambda: checks.compiles(self.snippets)):
            try:
                check()
            except checks.Wrong as wrong:
                faults.append(str(wrong))
        return faults

    def check_go(self):
        if self.page == "docs/adopt.md" and not self.with_cluster:
            checks.go_builds(self.environment["SHOP"])

    def check_testrun(self):
        if self.page == "docs/testruns.md":
            checks.expect_no_words([os.path.join(self.programs, "harness"), "testrun", "validate", "hello.yaml", "-set", "who=world"], self.start_folder)

    def check_addition(self):
        """A component that the page adds to this project: the project's components.yaml with it is accepted."""
        if not self.additions or self.in_clone:
            return
        folder = os.path.join(self.folder, "addition")
        shutil.copytree(self.start_folder, folder, symlinks=True)
        for name in os.listdir("."):
            if name in ("manifests", "images", "components"):
                shutil.copytree(name, os.path.join(folder, name), dirs_exist_ok=True)
            elif name not in ("components.yaml", ".harness", "harness", "build", ".git", "tests"):
                os.symlink(os.path.abspath(name), os.path.join(folder, name))
        add_to_project(".", folder, self.additions)
        if "/greeter" not in self.accept(folder):
            raise checks.Wrong("components.yaml with the page's lines does not deploy what they add")

    def unknown_flags(self, call):
        """Flags of a call of harness in a sentence that no help names."""
        words = call.split()
        if not words:
            return []
        name = "" if words[0].startswith("-") else words[0]
        if name not in self.help:
            arguments = ["help", name] if name else ["-help"]
            result = subprocess.run([os.path.join(self.programs, "harness"), *arguments], capture_output=True, text=True, timeout=60)
            if result.returncode:
                return [f"command {name}"]
            self.help[name] = result.stdout
        return [one for one in re.findall(r"(?:^|\s|\[)(-[a-z][a-z-]*)", call) if not re.search(re.escape(one) + r"\b", self.help[name])]

    def close(self):
        self.shell.close()
        self.receiver.shutdown()
        if self.with_cluster:
            for folder in {self.start_folder, self.environment["SHOP"]}:
                subprocess.run([os.path.join(self.programs, "harness"), "-teardown"], cwd=folder, env=self.shell.environment, capture_output=True)


def doctor_difference(shown, printed):
    """The same checks, whatever they find; without an engine fewer of them."""
    rows = [(one[:9].strip(), one[9:23].strip()) for one in printed]
    names = [name for level, name in rows if level in ("fine", "warning", "error")]
    expected = [one[9:23].strip() for one in shown]
    if ("error", "docker") in rows:
        expected = [one for one in expected if one in names]
    return outputs.difference(expected, names)


def service(name, ports):
    return f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}, ports: {ports}}}\n"


SERVICES = service("db", "[{port: 5432, nodePort: 32000}]") + service("dns", "[{port: 53, protocol: UDP}]")

# What the complete example of components.md names.
NAMED = {
    "images/base/Dockerfile": "FROM scratch AS run\n", "VERSION": "1\n", "config/api.conf": "a\n", "config/login.env": "A=b\n", "CMakeLists.txt": "", "src/a.cc": "",
    "tool/Dockerfile": "FROM scratch\n", "manifests/db.yaml": service("db", "[{port: 5432}]"),
    "manifests/api.yaml": service("api", "[{port: 8080, nodePort: 32000}]") + "---\napiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: api}\n",
    "manifests/front.yaml": service("front", "[{name: http, port: 80}, {name: rpc, port: 9090}]"),
    "manifests/rbac/a.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n",
    "manifests/jobs/a.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: b}\n",
    "charts/cache/Chart.yaml": "apiVersion: v2\nname: cache\nversion: 1.0.0\n", "test.yaml": "{}\n",
    "config/overlays/test/kustomization.yaml": "resources: [a.yaml]\n",
    "config/overlays/test/a.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: c}\n",
    "k8s/a.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: d}\n",
}


def deployment(name, image):
    return (f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  selector: {{matchLabels: {{app: {name}}}}}\n"
            f"  template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: {name}, image: '{image}'}}]}}}}\n")


CLUSTER = "test/integration/config/prow/cluster"

# What examples of other pages name.
EXAMPLES = {
    "operator": {
        "Dockerfile": "FROM scratch\n", "config/default/kustomization.yaml": "resources: [a.yaml]\n",
        "config/default/a.yaml": deployment("guestbook-controller-manager", "controller:latest"),
    },
    "prow": {
        ".ko.yaml": "", "go.mod": "module a\n", "go.sum": "", "cmd/hook/a.go": "", "pkg/a.go": "", "test/integration/cmd/fakeghserver/a.go": "",
        "test/integration/config/prow/config.yaml": "{}\n", "test/integration/config/prow/plugins.yaml": "{}\n",
        f"{CLUSTER}/100_starter.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: test-pods}\n",
        f"{CLUSTER}/fakeghserver.yaml": deployment("fakeghserver", "localhost:5001/fakeghserver") + service("fakeghserver", "[{port: 80}]"),
        f"{CLUSTER}/hook_deployment.yaml": deployment("hook", "localhost:5001/hook"), f"{CLUSTER}/hook_service.yaml": service("hook", "[{port: 8888}]"),
    },
}

# In place of helm and kubectl: what they render is not the page's matter.
RENDERS = """#!/bin/sh
case "$*" in
version*) echo v3.19.0 ;;
pull*)
  while [ "$1" != --destination ]; do shift; done
  : > "$2/podinfo-6.7.1.tgz" ;;
kustomize*) cat "$2/a.yaml" ;;
*) printf 'apiVersion: v1\\nkind: ServiceAccount\\nmetadata: {name: e}\\n' ;;
esac
"""


def write_named_files(folder, files):
    for name, text in files.items():
        write(os.path.join(folder, name), text)
    for name in ("helm", "kubectl"):
        write(os.path.join(folder, "cache/bin", name), RENDERS)
        os.chmod(os.path.join(folder, "cache/bin", name), 0o755)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def add_to_project(project, folder, additions):
    """components.yaml of `project` with lines added under keys, in `folder`."""
    with open(os.path.join(project, "components.yaml"), encoding="utf-8") as file:
        text = file.read()
    for under, lines in additions:
        text = text.replace(f"\n{under}\n", f"\n{under}\n" + "\n".join(lines) + "\n", 1)
    write(os.path.join(folder, "components.yaml"), text)


def clone():
    """A clone of HEAD, built as ./harness builds it; the next call finds what was compiled."""
    if not os.path.isdir(CLONE):
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ".", CLONE], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    for command in (["fetch", "--quiet", "origin", head], ["checkout", "--quiet", "--force", "--detach", head], ["clean", "-fdq"]):
        subprocess.run(["git", "-C", CLONE, *command], check=True)
    return CLONE
