"""What a tree says that runs in the cluster, worked out from its manifests as the kubelet would."""

import base64
import json
import re

import yaml

PORT = re.compile(r"^localhost:5001/([a-z]+)(:[a-z0-9.]+)?$")
# How many pods a controller has, where that is not its `replicas`.
ONCE = {"Job", "CronJob", "Pod"}


class Object(dict):
    """A parsed manifest with the names by which the cluster knows it."""

    @property
    def key(self):
        group = self["apiVersion"].rpartition("/")[0]
        return group, self["kind"], self["metadata"].get("namespace", "default"), self["metadata"].get("name") or self["metadata"]["generateName"]


def objects(tree):
    found = []
    for component in sorted(tree.components()):
        for document in yaml.safe_load_all(tree.filled(f"manifests/{component}.yaml")):
            found += [Object(item) for item in (document["items"] if document["kind"] == "List" else [document])]
    return found


def template(object):
    """The pod's metadata and spec, of whatever makes pods."""
    if object.key[0] == "zoo.example":
        return None
    spec = object.get("spec", {})
    if object["kind"] == "Pod":
        return object
    return spec.get("jobTemplate", {}).get("spec", spec).get("template")


def texts(configs, kind, name):
    """Keys and values of a ConfigMap or a Secret."""
    object = configs[kind, name]
    decoded = {key: base64.b64decode(value).decode() for key, value in object.get("data", {}).items()} if kind == "Secret" else object.get("data", {})
    return {**decoded, **object.get("stringData", {})}


def mounted(volume, configs):
    sources = volume.get("projected", {}).get("sources", [volume])
    files = {}
    for source in sources:
        if "configMap" in source:
            files.update(texts(configs, "ConfigMap", source["configMap"]["name"]))
        if "secret" in source:
            files.update(texts(configs, "Secret", source["secret"].get("secretName") or source["secret"]["name"]))
    return files


def says(container, pod, tree, configs):
    """What a container prints first (program.go)."""
    made, built = tree.made(PORT.match(container["image"]).group(1))
    env, config = {}, {}
    for source in container.get("envFrom", []):
        env.update(texts(configs, "ConfigMap", source["configMapRef"]["name"]))
    for one in container.get("env", []):
        source = one.get("valueFrom", {})
        if "configMapKeyRef" in source:
            env[one["name"]] = texts(configs, "ConfigMap", source["configMapKeyRef"]["name"])[source["configMapKeyRef"]["key"]]
        elif "secretKeyRef" in source:
            env[one["name"]] = texts(configs, "Secret", source["secretKeyRef"]["name"])[source["secretKeyRef"]["key"]]
        else:
            env[one["name"]] = one["value"]
    for mount in container.get("volumeMounts", []):
        if mount["mountPath"].startswith("/config"):
            volume = next(one for one in pod["volumes"] if one["name"] == mount["name"])
            folder = mount["mountPath"].removeprefix("/config").strip("/")
            config.update({(folder + "/" + name).strip("/"): text for name, text in mounted(volume, configs).items()})
    return {"built": built, "made": made, "config": config, "env": {name: value for name, value in env.items() if name.startswith("ZOO_")}}


def expected(tree):
    """(kind, namespace, name) of what makes pods -> (fewest pods, most pods, labels, container -> what it says)."""
    all_objects = objects(tree)
    configs = {(one["kind"], one["metadata"].get("name")): one for one in all_objects if one["kind"] in ("ConfigMap", "Secret") and not one.key[0]}
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in all_objects if one["kind"] == "HorizontalPodAutoscaler"}
    found = {}
    for one in all_objects:
        pod = template(one)
        if not pod:
            continue
        spec = pod["spec"]
        containers = {c["name"]: says(c, spec, tree, configs) for c in spec.get("initContainers", []) + spec["containers"]}
        _, kind, namespace, name = one.key
        fewest = most = one["spec"].get("replicas", 1) if kind not in ONCE else 1
        if name in scaled and kind == "Deployment":
            fewest, most = scaled[name]["minReplicas"], scaled[name]["maxReplicas"]
        if kind == "CronJob":
            fewest, most = 0, 3
        if kind == "DaemonSet":
            fewest = most = None  # one a node
        found[kind, namespace, name] = (fewest, most, pod.get("metadata", {}).get("labels", {}), containers)
    return found


def parse(log):
    try:
        return json.loads(log.splitlines()[0])
    except (IndexError, ValueError):
        return "nothing"
