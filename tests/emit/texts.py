#!/usr/bin/env python3
"""texts.py FOLDER : a Testrun, FOLDER/run.yaml, whose step is given texts that mean something on the way as arguments, variables and the content of a file; FOLDER/texts.json has what is to arrive."""
import base64, json, pathlib, re, sys

TEXTS = ["$(params.x) $(params[\"x\"])", "$(context.taskRun.name)", "$$ $$$ $(HOME) $$(HOME) $$$(V0)", "$(V0)$(TM_PHASE", "{{x}} {{inputs.parameters.y}} {{=1+1}}", "a\\nb \\x41 \\u0041 \\",
         "'\"`$(date)`*~#: - [", " \n \n", "cr\r\nlf\n\ttab\t", "del \x7f x", "ls \u2028 x", "ps a\u2029\n b", "nel \u0085 y", "bom \ufeff z", "control \x01\x1b", "\ufffe {{x}} \uffff $(params.x)",
         "\U0010fffd\U0001f600 é", "\u202e rtl", "true", "010", "1e3", "very " + "long " * 9000 + "$(HOME)$$", "${name} ${{ github.sha }} %s {}"]


def yaml(value):
    """JSON, but for characters beyond U+FFFF, which YAML has an escape of its own for."""
    pair = r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}"
    return re.sub(pair, lambda found: "\\U%08X" % ord(json.loads('"' + found.group(0) + '"')), json.dumps(value))


folder = pathlib.Path(sys.argv[1])
(folder / ".test-defs").mkdir(parents=True)
(folder / ".test-defs" / "texts.yaml").write_text(yaml({
    "kind": "TestDefinition", "metadata": {"name": "texts"},
    "spec": {"owner": "a@example.com", "description": TEXTS[0] + TEXTS[4], "image": "debian", "command": ["sh", *TEXTS], "args": TEXTS}}))
config = [{"type": "env", "name": f"V{i}", "value": text.replace("${", "$${")} for i, text in enumerate(TEXTS)]
config += [{"type": "file", "name": f"F{i}", "path": f"/etc/{i}", "value": base64.b64encode(text.encode() + b"\0\xff").decode()} for i, text in enumerate(TEXTS)]
(folder / "run.yaml").write_text(yaml({
    "apiVersion": "testmachinery.sapcloud.io/v1beta1", "kind": "Testrun", "metadata": {"name": "texts"},
    "spec": {"testLocations": [{"type": "local", "hostPath": "."}], "config": config, "testflow": [{"name": "a", "definition": {"name": "texts"}}]}}))
(folder / "texts.json").write_text(json.dumps(TEXTS))
