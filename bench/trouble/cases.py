"""Faults to plant: each a component's manifest, what the harness has to say of it, and when the fact is there to be seen in the API.

A fact is a function of an object as a watch gives it ("pods", "events", "nodes", "deployments", "namespaces", "services").
"""

import json
import re


class Case:
    def __init__(self, name, manifest, says, fact, before=None, after=None, waits=False, expose=False, ends=5, alone=False):
        self.name = name          # of the component, and of its namespace: trouble-NAME
        self.manifest = manifest.replace("NS", "trouble-" + name)
        self.says = says          # a regular expression of what is to be said
        self.fact = fact
        self.before, self.after = before, after  # shell commands around the run: kubectl and docker are there, $NODE is the node
        self.waits = waits        # it may pass: it is said, and waited for
        self.expose = expose
        self.alone = alone        # it breaks more than its own namespace


def workload(container, pod="", head="", name="web", kind="Deployment"):
    return f"""apiVersion: v1
kind: Namespace
metadata: {{name: NS}}
---
{head}apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, namespace: NS}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      terminationGracePeriodSeconds: 1
{pod}      containers:
        - name: web
{container}"""


def lines(indent, text):
    return "".join(" " * indent + line + "\n" for line in text.strip().split("\n"))


def sh(script, more=""):
    return lines(10, f"image: localhost:5001/shell\ncommand: [sh, -c, {json.dumps(script)}]\n{more}")


SLEEP = "exec sleep 600"


def of(resource, test):
    return lambda kind, obj: kind == resource and test(obj)


def statuses(pod):
    status = pod.get("status", {})
    return status.get("initContainerStatuses", []) + status.get("containerStatuses", [])


def waiting(*reasons):
    return of("pods", lambda pod: any(s.get("state", {}).get("waiting", {}).get("reason") in reasons for s in statuses(pod)))


def second_end(pod):
    return any(s["restartCount"] >= 1 and ("terminated" in s["state"] or s["state"].get("waiting", {}).get("reason") == "CrashLoopBackOff") for s in statuses(pod))


def event(reason, text=""):
    return of("events", lambda e: e.get("reason") == reason and re.search(text, e.get("message", "")))


def unschedulable(pod):
    return any(c.get("reason") == "Unschedulable" for c in pod.get("status", {}).get("conditions", []))


def condition(type, status):
    return lambda obj: any(c["type"] == type and c["status"] == status for c in obj.get("status", {}).get("conditions", []))


def started(pod):
    return any("running" in s["state"] or s["restartCount"] for s in statuses(pod))


def quota(hard):
    return f"apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: small, namespace: NS}}\nspec: {{hard: {hard}}}\n---\n"


def probe(kind, text, more="periodSeconds: 1"):
    return f"{kind}Probe:\n  {text}\n" + "".join(f"  {line}\n" for line in more.split("\n"))


# What has no probe counts as ready while it runs, if only for a moment.
NEVER_READY = probe("readiness", "tcpSocket: {port: 1}")

CASES = [
    Case("image", workload(lines(10, "image: registry.trouble/none:1")), r"the image registry.trouble/none:1 is not in the registry", waiting("ErrImagePull", "ImagePullBackOff"),
         before='docker exec $NODE sh -c \'mkdir -p /etc/containerd/certs.d/registry.trouble; sed "s/.*http:/[host.\\"http:/" /etc/containerd/certs.d/localhost:5001/hosts.toml > /etc/containerd/certs.d/registry.trouble/hosts.toml\''),
    Case("registry", workload(lines(10, "image: registry.invalid/none:1")), r"its registry's name is unknown here|its registry does not answer", waiting("ErrImagePull", "ImagePullBackOff")),
    Case("architecture", workload(lines(10, "image: localhost:5001/foreign\n" + NEVER_READY)), r"is for another architecture", of("pods", lambda pod: any("terminated" in s["state"] or s["restartCount"] for s in statuses(pod)))),
    Case("crash", workload(sh("echo reading /etc/web.conf; echo no such file >&2; exit 3", NEVER_READY)), r"container web crashes at every start\n(.*\n)*.*exit code 3(.*\n)*.*no such file", of("pods", second_end)),
    Case("memory", workload(sh("echo filling; exec perl -e \"\\$x = \\\"a\\\" x 200000000; sleep 600\"", "resources: {limits: {memory: 32Mi}}\n" + NEVER_READY)), r"killed for using more memory than its limit, 32Mi", of("pods", second_end)),
    Case("entrypoint", workload(lines(10, "image: localhost:5001/shell\ncommand: [/usr/bin/nothing]")), r"container web cannot be started\n(.*\n)*.*/usr/bin/nothing",
         of("pods", lambda pod: any(s["state"].get("waiting", {}).get("reason") in ("RunContainerError", "CreateContainerError") or s.get("state", {}).get("terminated", {}).get("reason") == "StartError" or
                                    s.get("lastState", {}).get("terminated", {}).get("reason") == "StartError" for s in statuses(pod)))),
    Case("configmap", workload(sh(SLEEP, "envFrom: [{configMapRef: {name: web-config}}]")), r"there is no ConfigMap web-config", waiting("CreateContainerConfigError")),
    Case("secret", workload(sh(SLEEP, "env: [{name: A, valueFrom: {secretKeyRef: {name: token, key: a}}}]")), r"there is no Secret token", waiting("CreateContainerConfigError")),
    Case("key", workload(sh(SLEEP, "env: [{name: A, valueFrom: {configMapKeyRef: {name: web-config, key: absent}}}]"),
                         head="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-config, namespace: NS}\ndata: {present: a}\n---\n"), r"ConfigMap trouble-key/web-config has no key absent", waiting("CreateContainerConfigError")),
    Case("volume", workload(sh(SLEEP, "volumeMounts: [{name: v, mountPath: /v}]"), pod=lines(6, "volumes: [{name: v, secret: {secretName: certificate}}]")), r"a volume needs the Secret certificate, which is not there", event("FailedMount")),
    Case("init", workload(sh(SLEEP), pod=lines(6, "initContainers: [{name: migrate, image: localhost:5001/shell, command: [sh, -c, \"echo no schema; exit 4\"]}]")), r"init container migrate fails at every start\n(.*\n)*.*exit code 4(.*\n)*.*no schema", of("pods", second_end)),
    Case("readiness", workload(lines(10, "image: localhost:5001/web\n" + probe("readiness", "httpGet: {path: /nothing, port: 80}"))), r"runs, but its Readiness probe answers HTTP 404", event("Unhealthy", "Readiness"), waits=True),
    Case("refused", workload(sh(SLEEP, probe("readiness", "tcpSocket: {port: 81}"))), r"its Readiness probe is refused at .*:81: nothing listens there", event("Unhealthy", "Readiness"), waits=True),
    Case("liveness", workload(lines(10, "image: localhost:5001/web\n" + probe("readiness", "httpGet: {path: /nothing, port: 80}") + probe("liveness", "httpGet: {path: /nothing, port: 80}", "periodSeconds: 1\nfailureThreshold: 1"))),
         r"is killed again and again because its Liveness probe answers HTTP 404", of("pods", lambda pod: any(s["restartCount"] >= 2 for s in statuses(pod)))),
    Case("probe", workload(sh(SLEEP, probe("readiness", "exec: {command: [/bin/check]}"))), r"its Readiness probe cannot be carried out", event("Unhealthy")),
    Case("cpu", workload(sh(SLEEP, "resources: {requests: {cpu: \"100\"}}")), r"no node has enough cpu: it asks for 100\n(.*\n)*.*node .*: [0-9.]+ of [0-9.]+ cpu are free", of("pods", unschedulable)),
    Case("memory-request", workload(sh(SLEEP, "resources: {requests: {memory: 4Ti}}")), r"no node has enough memory: it asks for 4Ti\n(.*\n)*.*memory are free", of("pods", unschedulable)),
    Case("selector", workload(sh(SLEEP), pod=lines(6, "nodeSelector: {disk: fast}")), r"no node has the label of its nodeSelector: disk=fast", of("pods", unschedulable)),
    Case("hostport", workload(sh(SLEEP, "ports: [{containerPort: 8099, hostPort: 8099}]"), name="first") + "---\n" + workload(sh(SLEEP, "ports: [{containerPort: 8099, hostPort: 8099}]")).split("---\n", 1)[1],
         r"host port is taken\n(.*\n)*.*port 8099 belongs to pod trouble-hostport/", of("pods", unschedulable)),
    Case("hostnetwork", workload(sh("exec perl -MIO::Socket::INET -e 'IO::Socket::INET->new(LocalPort => 10250, Listen => 1) or die qq(bind to 10250: $!)'", probe("readiness", "exec: {command: [sh, -c, exit 1]}")), pod=lines(6, "hostNetwork: true")), r"its port is taken on the node\n(.*\n)*.*in use", of("pods", second_end)),
    Case("quota", workload(sh(SLEEP, "resources: {requests: {cpu: 20m}}"), head=quota("{requests.cpu: 10m}")), r"no pod can be made: the quota small is used up\n(.*\n)*.*requested: requests.cpu=20m", of("deployments", condition("ReplicaFailure", "True"))),
    Case("limits", workload(sh(SLEEP, "resources: {limits: {cpu: \"1\"}}"), head="apiVersion: v1\nkind: LimitRange\nmetadata: {name: small, namespace: NS}\nspec: {limits: [{type: Container, max: {cpu: 100m}}]}\n---\n"),
         r"no pod can be made: a LimitRange does not allow what it asks for", of("deployments", condition("ReplicaFailure", "True"))),
    Case("account", workload(sh(SLEEP), pod=lines(6, "serviceAccountName: nobody")), r"no pod can be made: there is no ServiceAccount nobody", of("deployments", condition("ReplicaFailure", "True"))),
    Case("claim", workload(sh(SLEEP, "volumeMounts: [{name: v, mountPath: /v}]"), pod=lines(6, "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]"),
                           head="apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: NS}\nspec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}\n---\n"),
         r"PersistentVolumeClaim data is not bound: there is no storage class fast", of("pods", unschedulable)),
    Case("rbac", workload(lines(10, "image: localhost:5001/kubectl\nargs: [get, pods, --namespace=NS]\n" + NEVER_READY)), r"system:serviceaccount:trouble-rbac:default may not list pods in namespace trouble-rbac", of("pods", lambda pod: any("terminated" in s["state"] or s["restartCount"] for s in statuses(pod)))),
    Case("service", workload(lines(10, "image: localhost:5001/web")) + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: NS}\nspec: {selector: {app: wbe}, ports: [{port: 80}]}\n",
         r"Service web: its selector app=wbe matches no pod\n(.*\n)*.*pod web-.* has app=web", of("deployments", condition("Available", "True")), expose=True),
    Case("targetport", workload(lines(10, "image: localhost:5001/web\nports: [{containerPort: 80, name: http}]")) + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: NS}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: htp}]}\n",
         r"Service web: its targetPort htp is not a port of its pods", of("deployments", condition("Available", "True")), expose=True),
    Case("webhook", workload(sh(SLEEP)), r"no pod can be made: the webhook pods.trouble.test does not answer", of("deployments", condition("ReplicaFailure", "True")), alone=True,
         before="""kubectl apply -f - <<END
{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "trouble"}, "webhooks": [{"name": "pods.trouble.test",
 "admissionReviewVersions": ["v1"], "sideEffects": "None", "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "trouble-webhook"}},
 "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}], "clientConfig": {"service": {"name": "absent", "namespace": "default"}}}]}
END""", after="kubectl delete validatingwebhookconfiguration trouble"),
    Case("taint", workload(sh(SLEEP)), r"it does not tolerate a taint that the nodes have: .*reserved", of("pods", unschedulable), alone=True,
         before="kubectl taint node $NODE trouble/reserved=yes:NoSchedule", after="kubectl taint node $NODE trouble/reserved-"),
    Case("namespace", workload(sh(SLEEP)), r"namespace trouble-namespace is being deleted and cannot end: nothing removes the finalizer trouble.test/keep", of("namespaces", condition("NamespaceFinalizersRemaining", "True")), alone=True,
         before="""kubectl create namespace trouble-namespace
kubectl create -f - <<END
{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept", "namespace": "trouble-namespace", "finalizers": ["trouble.test/keep"]}}
END
kubectl delete namespace trouble-namespace --wait=false""",
         after="kubectl -n trouble-namespace patch configmap kept --type=merge -p '{\"metadata\":{\"finalizers\":null}}'"),
    Case("dns", workload(sh("exec perl -MSocket=getaddrinfo -e 'my ($failure) = getaddrinfo(q(kubernetes.default.svc), 443); die qq(kubernetes.default.svc: $failure) if $failure'", NEVER_READY)), r"names cannot be resolved, the cluster's DNS has no pod that is ready", of("pods", lambda pod: any("terminated" in s["state"] or s["restartCount"] for s in statuses(pod))), alone=True,
         before="kubectl -n kube-system scale deployment coredns --replicas=0 && kubectl -n kube-system wait --for=delete pod -l k8s-app=kube-dns --timeout=60s",
         after="kubectl -n kube-system scale deployment coredns --replicas=1"),
    # The limit is the whole machine's: the fault is what kube-proxy prints at its end then.
    Case("inotify", workload(sh("echo web: connection refused >&2; exit 1", NEVER_READY)), r"Kubernetes' own pod kube-proxy-.* cannot run: the machine's inotify instances are used up\n(.*\n)*.*sysctl", of("pods", second_end), alone=True,
         before="""cat > patch.yaml <<'END'
spec:
  template:
    spec:
      containers:
      - name: kube-proxy
        image: localhost:5001/shell
        command: [sh, -c, 'echo "E1128 05:47:49.678120 1 run.go:72] \\"command failed\\" err=\\"failed complete: too many open files\\"" >&2; exit 1']
END
kubectl -n kube-system patch daemonset kube-proxy --patch-file=patch.yaml
timeout 60 sh -c "until kubectl -n kube-system logs -l k8s-app=kube-proxy 2> /dev/null | grep -q 'too many open'; do sleep 0.5; done"
""",
         after="kubectl -n kube-system rollout undo daemonset kube-proxy; kubectl -n kube-system rollout status daemonset kube-proxy --timeout=60s"),
    Case("node", workload(sh(SLEEP, probe("readiness", "exec: {command: [sh, -c, exit 1]}"))), r"node .* is not ready", of("nodes", condition("Ready", "Unknown")), alone=True,
         before="(sleep 12; docker exec $NODE systemctl stop kubelet) > /dev/null 2>&1 &", after="docker exec $NODE systemctl start kubelet; kubectl wait --for=condition=Ready node $NODE --timeout=60s"),
    Case("disk", workload(sh(SLEEP)), r"takes no pods: it is short of disk", of("nodes", condition("DiskPressure", "True")), alone=True,
         before="""docker exec $NODE sh -c 'cp /var/lib/kubelet/config.yaml /kubelet.yaml; sed -i "s/imagefs.available: .*/imagefs.available: \\"99%\\"/; s/nodefs.available: .*/nodefs.available: \\"99%\\"/" /var/lib/kubelet/config.yaml; systemctl restart kubelet'
kubectl wait --for=condition=DiskPressure node $NODE --timeout=120s"""),  # the last one: the kubelet evicts pods and deletes images
]
