"""The project of routes.py: routes of the Gateway API as this page has them, and those of the Gateway API's own examples."""

import glob
import json
import os
import subprocess

MODULE = "sigs.k8s.io/gateway-api@v1.3.0"
# The examples that are deployed as they are, with the Services that they name.
EXAMPLES = ["basic-http.yaml", "http-routing", "http-redirect-rewrite/gateway-redirect-http-https.yaml", "http-redirect-rewrite/httproute-redirect-http.yaml",
            "http-redirect-rewrite/httproute-redirect-https.yaml"]
BACKENDS = {  # Service: its port
    "one": 80, "two": 80, "h2c": 80, "other": 80,
    "my-service1": 8080, "my-service2": 8080, "foo-svc": 8080, "bar-svc": 8080, "bar-svc-canary": 8080, "example-svc": 80,
}

GATEWAY = """apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: own}
spec:
  gatewayClassName: harness
  listeners:
  - {name: http, protocol: HTTP, port: 80}
  - {name: wild, protocol: HTTP, port: 8080, hostname: "*.wild.test"}
  - {name: https, protocol: HTTPS, port: 443, hostname: "*.tls.test", tls: {certificateRefs: [{name: wildcard}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: secure}
spec:
  parentRefs: [{name: own, sectionName: https}]
  hostnames: [a.tls.test]
  rules: [{backendRefs: [{name: two, port: 80}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: {nginx.ingress.kubernetes.io/ssl-redirect: "true"}}
spec:
  tls: [{hosts: [shop.test], secretName: made-later}, {hosts: [bare.test], secretName: nobody-makes-it}]
  rules:
  - {host: shop.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: one, port: {number: 80}}}}]}}
  - {host: bare.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: two, port: {number: 80}}}}]}}
"""

# A Secret that a program of the cluster makes, as cert-manager would.
MAKER = """apiVersion: v1
kind: ServiceAccount
metadata: {name: maker}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker}
rules: [{apiGroups: [""], resources: [secrets], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: maker}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: maker}
subjects: [{kind: ServiceAccount, name: maker}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: maker}
spec:
  template:
    spec:
      serviceAccountName: maker
      restartPolicy: Never
      containers: [{name: main, image: localhost:5001/echo, command: [/echo, secret, made-later], volumeMounts: [{name: pair, mountPath: /pair}]}]
      volumes: [{name: pair, secret: {secretName: pair}}]
"""

ROUTES = """apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: matches}
spec:
  parentRefs: [{name: own, sectionName: http}]
  hostnames: [matches.test]
  rules:
  - matches: [{path: {value: /}}]
    backendRefs: [{name: one, port: 80}]
  - matches:
    - {path: {type: Exact, value: /exact}}
    - {path: {value: /pre%20fix/}, method: POST}
    - {path: {value: /x}, headers: [{name: X-Id, value: a.b}]}
    - {path: {value: /x}, queryParams: [{name: q, value: a b}]}
    - {path: {type: RegularExpression, value: "/[0-9]+"}}
    backendRefs: [{name: two, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: filters}
spec:
  parentRefs: [{name: own, sectionName: http}]
  hostnames: [filters.test]
  rules:
  - matches: [{path: {value: /headers}}]
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier: {set: [{name: X-Set, value: $set}], add: [{name: X-Add, value: more}], remove: [X-Gone]}
    - type: ResponseHeaderModifier
      responseHeaderModifier: {set: [{name: X-From, value: the gateway}], add: [{name: X-More, value: "1"}], remove: [X-Secret]}
    backendRefs: [{name: one, port: 80}]
  - matches: [{path: {value: /old}}]
    filters: [{type: URLRewrite, urlRewrite: {hostname: seen.test, path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}}}]
    backendRefs: [{name: one, port: 80}]
  - matches: [{path: {value: /strip}}]
    filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]
    backendRefs: [{name: one, port: 80}]
  - matches: [{path: {value: /full}}]
    filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /whole}}}]
    backendRefs: [{name: one, port: 80}]
  - matches: [{path: {value: /away}}]
    filters: [{type: RequestRedirect, requestRedirect: {hostname: away.test, port: 8443, scheme: https, statusCode: 301, path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}}]
  - matches: [{path: {value: /here}}]
    filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /there}}}]
  - matches: [{path: {value: /mirror}}]
    filters: [{type: RequestMirror, requestMirror: {backendRef: {name: two, port: 80}}}]
    backendRefs: [{name: one, port: 80}]
  - matches: [{path: {value: /late}}]
    timeouts: {request: 500ms}
    filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /slow}}}]
    backendRefs: [{name: one, port: 80}]
  - matches: [{path: {value: /unknown}}]
    filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Thing, name: a}}]
    backendRefs: [{name: one, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: shares}
spec:
  parentRefs: [{name: own, sectionName: wild}]
  rules:
  - backendRefs: [{name: one, port: 80, weight: 3}, {name: two, port: 80}, {name: other, port: 80, weight: 0}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: calls}
spec:
  parentRefs: [{name: own, sectionName: http}]
  hostnames: [grpc.test]
  rules:
  - matches: [{method: {service: pkg.Echo, method: Say}}]
    backendRefs: [{name: h2c, port: 80}]
"""


def write(dir, name, text):
    path = os.path.join(dir, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def backends():
    ports = {name: 9000 + i for i, name in enumerate(BACKENDS)}
    services = "".join(f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
                       f"spec: {{selector: {{app: echo}}, ports: [{{port: {BACKENDS[name]}, targetPort: {port}}}]}}\n" for name, port in ports.items())
    command = ", ".join(["/echo", *(f"{name}={port}" for name, port in ports.items())])
    return ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: echo}\nspec:\n  selector: {matchLabels: {app: echo}}\n  template:\n"
            "    metadata: {labels: {app: echo}}\n    spec:\n      terminationGracePeriodSeconds: 1\n"
            f"      containers: [{{name: echo, image: localhost:5001/echo, command: [{command}], readinessProbe: {{periodSeconds: 1, tcpSocket: {{port: 9000}}}}}}]\n{services}")


def certificate(dir, name, host):
    """Writes NAME.crt and NAME.key."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host,
               "-keyout", os.path.join(dir, name + ".key"), "-out", os.path.join(dir, name + ".crt")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def files_of(path):
    return sorted(glob.glob(path + "/*.yaml")) if os.path.isdir(path) else [path]


def make_project(dir):
    """Nothing of the module is changed."""
    found = subprocess.check_output(["go", "mod", "download", "-json", MODULE], text=True, env={**os.environ, "GOFLAGS": "-mod=mod"})
    module = json.loads(found)["Dir"]
    for path in files_of(module + "/config/crd/standard"):
        write(dir, "crds/" + os.path.basename(path), open(path).read())
    for example in EXAMPLES:
        for path in files_of(f"{module}/examples/standard/{example}"):
            write(dir, "examples/" + os.path.basename(path), open(path).read())
    write(dir, "echo.go", open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "echo.go")).read())
    write(dir, "go.mod", "module echo\n\ngo 1.24\n")
    write(dir, "backends.yaml", backends())
    write(dir, "own.yaml", GATEWAY + "---\n" + ROUTES)
    write(dir, "maker.yaml", MAKER)
    certificate(dir, "wild", "*.tls.test")
    certificate(dir, "shop", "shop.test")
    write(dir, "components.yaml", """builders:
  go: CGO_ENABLED=0 go build -buildvcs=false -o out/echo .
images:
  echo: {builder: go, files: {out/echo: /echo}, inputs: [echo.go, go.mod]}
components:
  crds: {manifest: crds}
  backends: {manifest: backends.yaml, expose: {path: /last, strip: false}}
  maker: {manifest: maker.yaml, secrets: {pair: {files: [tls.crt=shop.crt, tls.key=shop.key]}}}
  own: {manifest: own.yaml, secrets: {wildcard: {type: kubernetes.io/tls, files: [tls.crt=wild.crt, tls.key=wild.key]}}, after: [crds, maker]}
  examples: {manifest: examples, after: [crds]}
tests:
  - {name: TestNothing, command: "true"}
""")
