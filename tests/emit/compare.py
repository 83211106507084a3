#!/usr/bin/env python3
"""compare.py tekton|kubernetes NAME STATUS : waits until the run has ended on the cluster, and compares the phase of each node, and of the run, with the harness's status.json."""
import json, re, subprocess, sys, time

PATIENCE = 600


def kubectl_get(*args):
    return json.loads(subprocess.run(["kubectl", "get", "--namespace=default", "--output=json", *args], check=True, capture_output=True, text=True).stdout)


def condition(one, kind):
    return next((c for c in one.get("status", {}).get("conditions", []) if c["type"] == kind and c["status"] != "Unknown"), None)


def tekton(name, _):
    run = kubectl_get("pipelinerun", name)
    ended = condition(run, "Succeeded")
    if not ended:
        return None, None
    phases = {}
    for task in kubectl_get("taskrun", f"--selector=tekton.dev/pipelineRun={name}")["items"]:
        end = condition(task, "Succeeded")
        phase = "Succeeded" if end["status"] == "True" else "Timeout" if end["reason"] == "TaskRunTimeout" else "Failed"
        phases[task["metadata"]["labels"]["tekton.dev/pipelineTask"]] = phase
    phases.pop("failed-all-the-same", None)
    return phases, "Succeeded" if ended["status"] == "True" else "Failed"


def kubernetes(name, nodes):
    phases = {}
    for job in kubectl_get("job", f"--selector=testrun.harness/run={name}")["items"]:
        failed = condition(job, "Failed")
        if failed:
            phase = "Timeout" if failed["reason"] == "DeadlineExceeded" else "Failed"
        else:
            phase = next((p for c, p in (("Complete", "Succeeded"), ("Suspended", "Skipped")) if (condition(job, c) or {}).get("status") == "True"), None)
        if phase:
            phases[job["metadata"]["name"].removeprefix(name + "-")] = phase
    return (phases, None) if len(phases) == nodes else (None, None)


engine, name, status = sys.argv[1:]
with open(status, encoding="utf-8") as file:
    harness = json.load(file)
expected = {re.sub("[^a-z0-9]+", "-", re.sub("^onExit/", "on-exit-", step["name"]).lower()): step["phase"] for step in harness["steps"]}
begin = time.monotonic()
while True:
    phases, run = globals()[engine](name, len(expected))
    if phases is not None:
        break
    if time.monotonic() - begin > PATIENCE:
        sys.exit(f"{name} on {engine}: it has not ended after {PATIENCE} s")
    time.sleep(1)
for node in expected:
    phases.setdefault(node, "Skipped")
wrong = [f"  {node}: {phases[node]}, by the harness {expected.get(node)}" for node in phases if phases[node] != expected.get(node)]
# Neither has a word for a run that a deadline ended.
if run and (run == "Succeeded") != (harness["phase"] == "Succeeded"):
    wrong.append(f"  the run: {run}, by the harness {harness['phase']}")
counts = {phase: list(phases.values()).count(phase) for phase in sorted(set(phases.values()))}
print(f"{name} on {engine}: {'NOT ' if wrong else ''}the phases of the harness, after {time.monotonic() - begin:.0f} s: " + ", ".join(f"{n} {p}" for p, n in counts.items()))
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(1 if wrong else 0)
