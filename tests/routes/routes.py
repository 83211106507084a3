#!/usr/bin/env python3
"""Routes of the Gateway API on a real cluster: each request arrives where the specification says, as it says, and objects have their status.

  tests/routes/routes.py HARNESS

Needs Docker, kind, kubectl, curl and Go. Makes an instance "routes" in a temporary project and deletes it at the end.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))
sys.dont_write_bytecode = True
from project import make_project
from system import prefer_cached_tools

failures = []


def check(what, found, wanted):
    if found != wanted:
        failures.append(f"{what}: {found}, wanted {wanted}")


class Answer:
    """What curl got: the status, headers in lower case, and what the backend says that it got."""

    def __init__(self, text):
        head, _, body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = collections.defaultdict(list)
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            self.headers[name.lower()].append(value)
        self.got = json.loads(body) if body.startswith("{") else {}
        self.backend = self.got.get("backend", self.status)


class Gateway:
    def __init__(self, url):
        self.url = url

    @property
    def port(self):
        return self.url.removeprefix("http://localhost") or ":80"

    def ask(self, host, path, *arguments):
        return self.at(self.url + path, "--header", "Host: " + host, *arguments)

    def at(self, url, *arguments):
        command = ["curl", "--silent", "--show-error", "--include", "--noproxy", "*", *arguments, url]
        return Answer(subprocess.check_output(command).decode())


def check_matches(gateway):
    def to(path, *arguments):
        return gateway.ask("matches.test", path, *arguments).backend

    for path in ("/exact/", "/exac", "/pre%20fix", "/x", "/xy", "/12/", "/x?q=a%20c", "/x?qq=a%20b&q=c"):
        check(path, to(path), "one")
    for path in ("/exact", "/exact?q=1", "/12", "/x?q=a%20b", "/x/y?r=1&q=a+b&q=c"):
        check(path, to(path), "two")
    check("POST", to("/pre%20fix/a", "--data", "b"), "two")
    check("POST below another name", to("/pre%20fixed", "--data", "b"), "one")
    check("a header", to("/x", "--header", "X-Id: a.b"), "two")
    check("a header is no pattern", to("/x", "--header", "X-Id: aab"), "one")
    check("a host without routes", gateway.ask("nobody.test", "/x").status, 404)


def check_filters(gateway):
    def ask(path, *arguments):
        return gateway.ask("filters.test", path, *arguments)

    answer = ask("/headers", "--header", "X-Set: client", "--header", "X-Add: some", "--header", "X-Gone: a", "--header", "X-Kept: b")
    headers = answer.got["headers"]
    check("request headers", [headers.get(name) for name in ("X-Set", "X-Add", "X-Gone", "X-Kept")], [["$set"], ["some,more"], None, ["b"]])
    check("response headers", [answer.headers[name] for name in ("x-from", "x-more", "x-secret")], [["the gateway"], ["1"], []])
    check("without the header", ask("/headers").got["headers"].get("X-Add"), ["more"])
    for path, uri in {"/old/a%2Fb?c=%20": "/new/a%2Fb?c=%20", "/old": "/new", "/old/": "/new/", "/ol%64/x": "/new/x", "/strip": "/", "/strip/": "/",
                      "/strip/a//b": "/a//b", "/full/a?b": "/whole?b"}.items():
        check(path, ask(path).got.get("uri"), uri)
    check("the host that is sent", ask("/old").got.get("host"), "seen.test")
    check("a host that is not changed", ask("/strip").got.get("host"), "filters.test")
    redirect = ask("/away/x?y=z")
    check("a redirect", (redirect.status, redirect.headers["location"]), (301, ["https://away.test:8443/b/x?y=z"]))
    port = gateway.url.removeprefix("http://localhost")
    redirect = gateway.ask("filters.test" + port, "/here")
    check("a redirect to the port of the request", (redirect.status, redirect.headers["location"]), (302, [f"http://filters.test{port}/there"]))
    check("a mirrored request", ask("/mirror/a", "--data", "b").backend, "one")
    check("its copy", [gateway.ask("x", "/last/two").got.get(key) for key in ("method", "uri")], ["POST", "/mirror/a"])
    check("a time-out", ask("/late").status, 504)
    check("a filter that the gateway has not", ask("/unknown").status, 500)


def check_shares(gateway):
    count = collections.Counter(gateway.ask("a.b.wild.test", "/").backend for _ in range(200))
    check("backends of weight 0", set(count), {"one", "two"})
    check("3 of 4 requests, nearly", 120 <= count["one"] <= 180, True)
    check("the name of a wildcard alone", gateway.ask("wild.test", "/").status, 404)


def check_grpc(gateway):
    call = ["--http2-prior-knowledge", "--request", "POST", "--header", "content-type: application/grpc"]
    answer = gateway.ask("grpc.test", "/pkg.Echo/Say", *call)
    check("a call", (answer.backend, answer.got.get("proto")), ("h2c", "HTTP/2.0"))
    check("another method", gateway.ask("grpc.test", "/pkg.Echo/Hear", *call).status, 404)


def check_https(gateway, dir):
    def by_https(host, path, *arguments):
        """By the name itself, so that the certificate is that of the host; what nobody signed is the client's to trust."""
        return gateway.at(f"https://{host}{gateway.port}{path}", "--resolve", f"{host}{gateway.port}:127.0.0.1", *arguments)

    def trusts(file):
        return ["--cacert", os.path.join(dir, file)]

    check("a listener's certificate", by_https("a.tls.test", "/", *trusts("wild.crt")).backend, "two")
    check("its route by HTTP", gateway.ask("a.tls.test", "/").status, 404)
    answer = by_https("shop.test", "/a", *trusts("shop.crt"))
    check("an Ingress, its Secret made by a Job", (answer.backend, answer.got["headers"]["X-Forwarded-Proto"], answer.got["proto"]), ("one", ["https"], "HTTP/1.1"))
    check("who asks", answer.got["headers"]["X-Real-Ip"], gateway.ask("matches.test", "/").got["headers"]["X-Real-Ip"])
    check("a Secret that nobody makes", by_https("bare.test", "/", "--insecure").backend, "two")
    redirect = gateway.ask("shop.test" + gateway.port, "/a?b")
    check("ssl-redirect", (redirect.status, redirect.headers["location"]), (308, [f"https://shop.test{gateway.port}/a?b"]))
    check("HTTP/2 by HTTPS", by_https("a.tls.test", "/", "--http2", *trusts("wild.crt")).status, 200)
    check("a host without HTTPS", by_https("matches.test", "/", "--insecure").status, 404)
    check("expose: by HTTPS", by_https("localhost", "/last/one", "--insecure").status, 200)
    check("example: a route of the listener https", by_https("redirect.example", "/", "--insecure").backend, "example-svc")


def check_examples(gateway):
    great = ["--header", "magic: foo"]
    for host, path, arguments, backend in (
            ("foo.com", "/bar/x", [], "my-service1"), ("foo.com", "/some/thing?great=example", great, "my-service2"), ("foo.com", "/some/thing?great=example", [], 404),
            ("foo.com", "/some/thing", great, 404), ("foo.com", "/", [], 404), ("foo.example.com", "/login", [], "foo-svc"), ("foo.example.com", "/", [], 404),
            ("bar.example.com", "/", [], "bar-svc"), ("bar.example.com", "/", ["--header", "env: canary"], "bar-svc-canary"), ("example.com", "/any", [], "example-svc")):
        check(f"example: {host}{path} {arguments}", gateway.ask(host, path, *arguments).backend, backend)
    redirect = gateway.ask("redirect.example" + gateway.port, "/a?b")
    check("example: a redirect", (redirect.status, redirect.headers["location"]), (301, [f"https://redirect.example{gateway.port}/a?b"]))


def check_statuses(dir):
    def wait(kind, name, condition):
        command = ["kubectl", "--kubeconfig", os.path.join(dir, ".harness/routes/kubeconfig"), "wait", "--timeout=1s", "--for=" + condition, kind, name]
        check(f"{kind} {name}", subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode, 0)

    for name in ("own", "my-gateway", "example-gateway"):
        wait("gateway", name, "condition=Programmed")
        wait("gateway", name, "jsonpath={.status.addresses[0].value}=localhost")
    wait("gatewayclass", "example", "condition=Accepted")
    wait("gateway", "own", "jsonpath={.status.listeners[0].attachedRoutes}=3")
    for name in ("matches", "filters", "shares", "http-app-1"):
        wait("httproute", name, 'jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True')
    wait("grpcroute", "calls", 'jsonpath={.status.parents[0].conditions[?(@.type=="ResolvedRefs")].status}=True')


def run(harness, dir, *flags):
    end = subprocess.run([harness, "-name=routes", *flags], cwd=dir, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(end.stdout, flush=True)
    if end.returncode != 0:
        sys.exit(f"FAILED: harness {' '.join(flags)} ended with {end.returncode}")
    return end.stdout


def main():
    harness = os.path.abspath(sys.argv[1])
    prefer_cached_tools()
    with tempfile.TemporaryDirectory() as dir:
        make_project(dir)
        try:
            run(harness, dir, "-dry-run", "-run=.")
            run(harness, dir, "-run=.")
            with open(os.path.join(dir, ".harness/routes/instance.json")) as file:
                gateway = Gateway(json.load(file)["url"])
            for checks in (check_matches, check_filters, check_shares, check_grpc, check_examples):
                checks(gateway)
            check_https(gateway, dir)
            check_statuses(dir)
            again = run(harness, dir, "-run=.")
            check("nothing changed: nothing is deployed", [line for line in again.splitlines() if line.startswith("deploy")], [])
        finally:
            run(harness, dir, "-teardown")
    for failure in failures:
        print("FAILED: " + failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
