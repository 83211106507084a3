"""Writes what the API shows of a planted fault into a file, for tests/unit/deploy/diagnosis_recorded_test.cc."""

import json
import os

SYSTEM_PODS = "/api/v1/namespaces/kube-system/pods"
# What rules look up besides the pods, by case; nodes are always there.
LOOKED_UP = {
    "cpu": ["/api/v1/pods"], "memory-request": ["/api/v1/pods"], "hostport": ["/api/v1/pods"],
    "claim": ["/api/v1/namespaces/NS/persistentvolumeclaims/data", "/apis/storage.k8s.io/v1/storageclasses"],
    "configmap": ["/api/v1/namespaces/NS/configmaps"],
    "dns": ["/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns",
            "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns"],
    "inotify": [SYSTEM_PODS],
    "service": ["/api/v1/namespaces/NS/services/web"], "targetport": ["/api/v1/namespaces/NS/services/web"],
    "namespace": ["/api/v1/namespaces/NS"],
}
NOISE = ("managedFields", "images", "kubectl.kubernetes.io/last-applied-configuration", "nodeInfo", "daemonEndpoints", "tolerations", "volumeMounts")


def tenant(pod):
    """What rules read of a pod that is not the component's own."""
    spec = {"nodeName": pod["spec"].get("nodeName"), "containers": [{key: c[key] for key in ("name", "resources", "ports") if key in c} for c in pod["spec"]["containers"]]}
    return {"metadata": {key: pod["metadata"][key] for key in ("name", "namespace", "deletionTimestamp") if key in pod["metadata"]}, "spec": spec, "status": {"phase": pod["status"]["phase"]}}


def looked_up(api, path):
    found = api.get(path)
    if path == "/api/v1/pods" and found:
        found["items"] = [tenant(pod) for pod in found["items"]]
    if path == SYSTEM_PODS and found:
        found["items"] = [{"metadata": {"name": pod["metadata"]["name"]}, "status": {key: pod["status"].get(key, []) for key in ("initContainerStatuses", "containerStatuses")}} for pod in found["items"]]
    return found


def plain(value):
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items() if key not in NOISE}
    return [plain(child) for child in value] if isinstance(value, list) else value


def record(api, case, folder):
    name_space = "trouble-" + case.name
    here = "/api/v1/namespaces/" + name_space
    pods = [pod for pod in (api.get(here + "/pods") or {}).get("items", []) if "deletionTimestamp" not in pod["metadata"]]
    logs = {}
    for pod in pods:
        for status in pod["status"].get("initContainerStatuses", []) + pod["status"].get("containerStatuses", []):
            path = f"{here}/pods/{pod['metadata']['name']}/log?tailLines=20&container={status['name']}"
            logs[pod["metadata"]["name"] + "/" + status["name"]] = api.get(path) or api.get(path + "&previous=true") or ""
    lookups = {path.replace("NS", name_space): looked_up(api, path.replace("NS", name_space)) for path in ["/api/v1/nodes"] + LOOKED_UP.get(case.name, [])}
    texts = {}
    for pod in lookups.get(SYSTEM_PODS, {}).get("items", []):
        for status in pod["status"].get("containerStatuses", []):
            path = f"{SYSTEM_PODS}/{pod['metadata']['name']}/log?tailLines=20&container={status['name']}"
            if not status["ready"]:
                texts[path] = api.get(path) or ""
    events = [event for event in (api.get(here + "/events") or {}).get("items", []) if event.get("type") == "Warning"]
    events.sort(key=lambda event: event.get("lastTimestamp") or event["metadata"]["creationTimestamp"])
    seen = {"says": case.says.split("\\n")[0], "may_pass": case.waits, "workload": api.get(f"/apis/apps/v1/namespaces/{name_space}/deployments/web") or {},
            "pods": pods, "events": events, "lookups": lookups, "logs": logs, "texts": texts}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, case.name + ".json"), "w") as out:
        json.dump(plain(seen), out, indent=1)
        out.write("\n")
