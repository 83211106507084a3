#!/usr/bin/env python3
"""generate.py FIRST COUNT FOLDER : Testruns made at random, of the definitions in cases/.test-defs."""
import json, pathlib, random, sys

DEFINITIONS = [{"name": name} for name in ("good", "good-too", "alone", "bad", "slow", "write")] + [{"label": "two"}]


def flow(make, prefix, most):
    steps = []
    for i in range(make.randint(0 if prefix == "x" else 1, most)):
        definition = dict(make.choice(DEFINITIONS), continueOnError=make.random() < 0.3, untrusted=make.random() < 0.1)
        step = {"name": f"{prefix}{i}", "definition": definition, "dependsOn": [s["name"] for s in steps if make.random() < 0.3]}
        if prefix == "x":
            definition["condition"] = make.choice(["always", "error", "success"])
        if make.random() < 0.1:
            step["useGlobalArtifacts"] = True
        steps.append(step)
    return steps


first, count, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
for seed in range(first, first + count):
    make = random.Random(seed)
    spec = {"testLocations": [{"type": "local", "hostPath": str(pathlib.Path(__file__).resolve().parent / "cases")}],
            "testflow": flow(make, "t", 12), "onExit": flow(make, "x", 6)}
    run = {"apiVersion": "testmachinery.sapcloud.io/v1beta1", "kind": "Testrun",
           "metadata": {"name": f"random-{seed}", "annotations": {"testrun.harness/helper-image": "${image}"}}, "spec": spec}
    (folder / f"random-{seed}.yaml").write_text(json.dumps(run))
