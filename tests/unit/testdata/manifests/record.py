#!/usr/bin/env python3
"""Writes documents.json beside this file: manifests, and what `kubectl create --dry-run=client -o json` makes of each.

    tests/unit/testdata/manifests/record.py [KUBECTL]

kubectl asks a server what kinds there are before it reads anything; this program is that server. The unit test of
deploy/render reads documents.json and needs no kubectl. Where the harness means to do something else than kubectl, a case says
so: `ours` is what it gives, or None for an error, and `why`.
"""
import base64
import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

KUBECTL = sys.argv[1] if len(sys.argv) > 1 else "kubectl"
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
CASES = []


def case(name, text, **more):
    CASES.append({"name": name, "input": text if isinstance(text, bytes) else text.encode(), **more})


def value(written, **more):
    """A scalar or flow value after `k: `."""
    case("k: " + written, HEAD + "data:\n  k: " + written + "\n", **more)


def body(name, text, **more):
    case(name, HEAD + text, **more)


def item(data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, **data}


WORDS = """y Y yes Yes YES yEs n N no No NO on On ON oN off Off OFF true True TRUE tRUE false False FALSE ~ null Null NULL nULL
.nan .inf -.inf""".split()
NUMBERS = """0 1 -1 +1 007 017 018 08 09 0o17 0O17 0x1F 0X1f 0xg 0b101 0B101 -0b101 +0b1 -0x10 -017 1_000 1__0 _1 1_ 0x_1F 1,000
9223372036854775807 -9223372036854775808 9223372036854775808 18446744073709551615 18446744073709551616 -9223372036854775809
1.5 -1.5 +1.5 1. .5 -.5 1.50 1.0 80.0 1e3 1E3 1e+3 1e-3 1.5e3 -1e3 1e21 1e22 1e400 .5e3 1e 1e+ e3 1_0.5 0.1 1e-7 123456789012345678901234567890
-0 -0.0 0.0 + - . .. 1.2.3 1:30 12:30:45 190:20:30 2001-12-14 2001-12-14t21:59:43.10-05:00 2001-12-15T02:59:43Z 1e3m 100m 64Mi 0x 0b 0o 0b2""".split()
QUOTED = ['"yes"', "'yes'", '"0x1F"', "'1e3'", '"1_000"', '"null"', "''", '""', "'~'", "'it''s'", r'"a\tb\n\u00e4\x41\\ \""', r'"\U0001F600"', '"a  b"', "'2001-12-14'", r'"\e\0\a\b\v\f\r\N\_\L\P"']
TAGGED = ['!!str 12', '!!str yes', '!!str', '!!str ""', '!!int "12"', '!!int 12', '!!int x', '!!float 1', '!!float "1.5"', '!!float x', '!!bool "yes"', '!!bool yes', '!!bool maybe', '!!null null', '!!null ""', '!!null x',
          '!!binary aGVsbG8=', '!!binary "!"', '! 12', '! "12"', '!local x', '!local 12', '!!timestamp 2001-12-14', '!!seq [a]', '!!map {a: b}', '!!set {a, b}', '!!omap [a: 1]']
FLOW = ['[]', '{}', '[a, b]', '[a, b,]', '{a: b, c: d}', '{a: b,}', '[a: b]', '{a, b: c}', '{"a":1}', "{a: [1, {b: c}]}", '[yes, no, "yes", 1]', '[ , ]', '{a: , b: }', '{? a : b}', '[{}]', '[a\tb]', '{a: b #c\n  }', "{a:b}", "{'a':b}", '{a: "b}"}', '[[[[]]]]']
PLAIN = ['a b', 'a # comment', 'a#b', 'a:b', 'http://x:80/y', '- a', '-a', '?a', ':a', 'a, b', '@a', '`a`', '%a', '&', '*', '|a', 'a\n    b\n\n    c', '<<', '=', '!', 'a: b', 'ä 你 😀', 'a\\nb', '[', ']', '{', '}', '"a" b', "#", '<', '>a', "a'b", 'a"b']

for one in WORDS:
    value(one)
for one in NUMBERS:
    value(one)
for one in QUOTED + TAGGED + FLOW + PLAIN:
    value(one)
value(r'"a\/b"', ours=[item({"data": {"k": "a/b"}})], why="YAML 1.2 has it, for JSON's sake")
value("!!binary //79", ours=None, why="kubectl puts U+FFFD in the place of bytes that are no text")

for style in "|>":
    for chomp in ("", "-", "+"):
        body(f"{style}{chomp}", f"data:\n  k: {style}{chomp}\n    a\n    b\n\n     c\n    d\n\n\n  l: m\n")
body("| with indentation indicator", "data:\n  k: |2\n      a\n    b\n")
body("|+ at the end", "data:\n  k: |+\n    a\n\n\n")
body("| without a line end", "data:\n  k: |\n    a")
body("> with lists", "data:\n  k: >\n    a\n    b\n\n    c\n      - d\n      - e\n    f\n")
body("| with ---", "data:\n  k: |\n    ---\n    a\n    ...\n")
body("| with tabs", "data:\n  k: |\n    a\tb\n    \tc\n")
body("| with a comment", "data:\n  k: | # comment\n    # text\n    a\n")
body("empty |", "data:\n  k: |\n  l: m\n")
body("| with trailing blanks", "data:\n  k: |\n    a  \n    b\n")
body("| with CRLF", "data:\r\n  k: |\r\n    a\r\n    b\r\n")
body("double quotes over lines", 'data:\n  k: "a\n    b\n\n    c\\\n    d"\n')
body("single quotes over lines", "data:\n  k: 'a\n    b\n\n    c'\n")

for key in ["yes", "on", "1", "1.5", "1e3", "0x10", "~", "null", "true", '"yes"', "''", "1_0", "a b", "[a]", "{a: b}", "!!str 1", "1.20", "1000000.0", ".5", "2001-12-14", "? a", "-1", "a/b", "a.b"]:
    body("key " + key, f"data:\n  {key}: v\n")
body("complex key", "data:\n  ? [a]\n  : v\n")
body("key twice", "data:\n  k: a\n  k: b\n", ours=None, why="one of the two would be lost")
body("key twice in other forms", 'data:\n  1: a\n  "1": b\n', ours=None, why="one of the two would be lost")
body("key twice in JSON style", 'data: {"k": a, "k": b}\n', ours=None, why="one of the two would be lost")

body("anchor and alias", "data: {a: &a x, b: *a, c: [*a]}\n")
body("anchor of a mapping", "data: &d\n  k: v\nmore: *d\n")
body("anchor at metadata", "m: &m {a: b}\nother: {<<: *m, c: d}\n")
body("anchor again", "data: {a: &a x, b: &a y, c: *a}\n")
body("anchor of nothing", "data: {a: &a , b: *a}\n")
body("alias as key", "data: {a: &a x, *a : y}\n")
body("no such anchor", "data: {a: *b}\n")
body("anchor in itself", "data: &a {b: *a}\n")
body("anchor of another document", "data: {a: &a x}\n---\n" + HEAD + "data: {b: *a}\n")
body("merge", "base: &b {k: 1, l: 2}\ndata:\n  <<: *b\n  l: 3\n")
body("merge after the key", "base: &b {k: 1, l: 2}\ndata:\n  l: 3\n  <<: *b\n")
body("merge of several", "a: &a {k: 1}\nb: &b {k: 2, l: 2}\ndata:\n  <<: [*a, *b]\n")
body("merge of a mapping", "data:\n  <<: {k: 1}\n")
body("merge of a scalar", "data:\n  <<: x\n")
body("merge of a list of lists", "a: &a [1]\ndata:\n  <<: [*a]\n")
body("merge twice", "a: &a {k: 1}\nb: &b {k: 2}\ndata:\n  <<: *a\n  <<: *b\n")
body("merge of merge", "a: &a {k: 1}\nb: &b {<<: *a, l: 2}\ndata:\n  <<: *b\n")
body("quoted <<", "a: &a {k: 1}\ndata:\n  \"<<\": *a\n")
body("laughs", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi")))
body("few aliases", "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n")

body("two documents", "data: {a: b}\n---\n" + HEAD + "data: {c: d}\n")
case("--- first", "---\n" + HEAD)
case("--- with a comment", "--- # comment\n" + HEAD + "---   # more\n" + HEAD)
case("--- with blanks", "---  \n" + HEAD + "--- \t\n" + HEAD)
case("--- again and again", "---\n---\n" + HEAD + "---\n---\n---\n" + HEAD + "---\n")
case("--- with CRLF", ("---\r\n" + HEAD + "---\r\n" + HEAD).replace("\n", "\r\n").replace("\r\r", "\r"))
case("comments alone", "# nothing\n---\n# nothing either\n---\n" + HEAD + "---\n# end")
case("--- with content", "--- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n", ours=[item({})], why="kubectl takes no text after ---, YAML does")
case("...", HEAD + "...\n")
case("... and another document", HEAD + "...\n---\n" + HEAD)
case("... without ---", HEAD + "...\n" + HEAD, ours=None, why="kubectl leaves out what comes after ...")
case("%YAML 1.1", "%YAML 1.1\n---\n" + HEAD, ours=[item({})], why="kubectl takes the directive for a document")
case("%YAML 1.2", "%YAML 1.2\n---\n" + HEAD, ours=[item({})], why="kubectl takes the directive for a document")
case("byte order mark", "\ufeff" + HEAD)
case("byte order mark before ---", "\ufeff---\n" + HEAD)
case("byte order mark after ---", HEAD + "---\n\ufeff" + HEAD, ours=[item({}), item({})], why="kubectl takes it for the beginning of a key")
case("UTF-16 LE with mark", ("\ufeff" + HEAD + "data: {k: ä😀}\n").encode("utf-16-le"), ours=[item({"data": {"k": "ä😀"}})], why="kubectl reads lines before it decodes them")
case("UTF-16 BE with mark", ("\ufeff" + HEAD).encode("utf-16-be"), ours=[item({})], why="kubectl reads lines before it decodes them")
case("UTF-16 LE without mark", HEAD.encode("utf-16-le"), ours=[item({})], why="kubectl reads lines before it decodes them")
case("UTF-16 BE without mark", HEAD.encode("utf-16-be"), ours=[item({})], why="kubectl reads lines before it decodes them")
case("half of UTF-16", ("\ufeff" + HEAD).encode("utf-16-le") + b"\x00\xd8\x41\x00", ours=None, why="it is no text")
case("Latin-1", HEAD.encode() + b"data: {k: \xe4}\n", ours=None, why="kubectl puts U+FFFD in its place")
case("NUL", HEAD.encode() + b"data: {k: a\x00b}\n")
case("control character", HEAD.encode() + b"data: {k: a\x07b}\n")
case("CRLF", HEAD.replace("\n", "\r\n") + "data:\r\n  k: v\r\n")
case("CR alone", HEAD.replace("\n", "\r") + "data: {k: v}\r")
case("NEL", HEAD + "data: {k: \"a\u0085b\"}\n")
case("tab before a key", HEAD + "data:\n\tk: v\n")
case("tab after a colon", HEAD + "data:\n  k:\tv\n")
case("tab after a dash", HEAD + "data:\n  -\ta\n")
case("tab before a comment", HEAD + "data:\n  k: v\t# comment\n")
case("tab on an empty line", HEAD + "data:\n\t\n  k: v\n")
case("lists at the level of their key", HEAD + "data:\n- a\n- b: c\n  d: e\n- - f\n  - g\n")
case("wrong indentation", HEAD + "data:\n    k: v\n  l: w\n")
case("no line end", HEAD.rstrip("\n"))
case("empty values", HEAD + "data:\n  k:\n  l:\nmore:\n")
case("no blank after a colon", HEAD + "data:\n  k:v\n")
case("trailing blanks", HEAD + "data:   \n  k: v   \n")
case("List", "apiVersion: v1\nkind: List\nitems:\n- " + HEAD.replace("\n", "\n  ") + "\n")

J = '"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}'
case("JSON", "{" + J + r', "data": {"k": "a\/b\u00e4\ud83d\ude00\n"}}')
case("JSON over lines with tabs", "{\n\t" + J + ',\n\t"data": {"k": [1, 1.0, 1e3, -0, 1E-7, 12345678901234567890, true, null]}\n}\n')
case("JSON, two values", "{" + J + "}{" + J + "}\n{" + J + "}")
case("JSON with ---", "{" + J + "}\n---\n{" + J + "}\n", ours=[item({}), item({})], why="YAML has JSON in it")
case("JSON, then YAML", "{" + J + "}\n---\n" + HEAD, ours=[item({}), item({})], why="YAML has JSON in it")
case("YAML, then JSON", HEAD + "---\n{" + J + r', "data": {"k": "\ud83d\ude00"}}')
case("JSON with a comma too many", "{" + J + ",}", ours=[item({})], why="YAML has JSON in it")
case("JSON with a comment", "{" + J + "} # comment\n", ours=[item({})], why="YAML has JSON in it")
case("JSON with a key twice", "{" + J + ', "data": {"k": "a", "k": "b"}}', ours=None, why="one of the two would be lost")
case("JSON with a byte order mark", "\ufeff{" + J + "}")
case("JSON cut off", "{" + J + ', "data": {')
case("JSON with half a character", "{" + J + r', "data": {"k": "\ud83d"}}', ours=None, why="kubectl puts U+FFFD in its place")
case("JSON with a large number", "{" + J + ', "data": {"k": 1e400}}')
case("flow mapping", "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {k: yes}}\n", ours=[item({"data": {"k": True}})], why="it is YAML")
case("flow mapping over lines", "{\n  apiVersion: v1, kind: ConfigMap,\n  metadata: {name: x},\n}\n", ours=[item({})], why="it is YAML")
case("blanks before JSON", "\n  \n  {" + J + "}\n")
case("deep", HEAD + "data: " + "[" * 900 + "]" * 900 + "\n")
case("too deep", HEAD + "data: " + "[" * 20000 + "]" * 20000 + "\n")


class Discovery(http.server.BaseHTTPRequestHandler):
    ANSWERS = {
        "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
        "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"name": "configmaps", "singularName": "", "namespaced": True, "kind": "ConfigMap", "verbs": ["create", "get"]}]},
    }

    def do_GET(self):
        answer = self.ANSWERS.get(self.path.split("?")[0])
        text = json.dumps(answer or {"kind": "Status", "code": 404}).encode()
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def values(text):
    """The JSON values that kubectl prints, the items of a List one by one, without the namespace that it fills in."""
    decoder, found = json.JSONDecoder(), []
    while text := text.lstrip():
        one, end = decoder.raw_decode(text)
        found += one["items"] if one["kind"] == "List" else [one]
        text = text[end:]
    for one in found:
        one["metadata"].pop("namespace", None)
    return found


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Discovery)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    recorded = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "m.yaml"
        for one in CASES:
            file.write_bytes(one["input"])
            result = subprocess.run([KUBECTL, "create", "--dry-run=client", "--validate=false", "-o", "json", "-f", str(file), "-s", f"http://127.0.0.1:{server.server_port}", "--cache-dir", folder + "/cache"],
                                    capture_output=True, text=True, env={"HOME": folder, "PATH": "/usr/local/bin:/usr/bin:/bin"})
            entry = {"name": one["name"]}
            try:
                entry["input"] = one["input"].decode()
            except UnicodeDecodeError:
                entry["base64"] = base64.b64encode(one["input"]).decode()
            if "\x00" in entry.get("input", ""):
                entry["base64"] = base64.b64encode(one["input"]).decode()
                del entry["input"]
            entry["kubectl"] = values(result.stdout) if result.returncode == 0 else None
            if result.returncode != 0:
                entry["said"] = result.stderr.strip()[:200].replace(str(file), "m.yaml")
            entry |= {key: one[key] for key in ("ours", "why") if key in one}
            recorded.append(entry)
    path = pathlib.Path(__file__).with_name("documents.json")
    path.write_text("[\n" + ",\n".join(json.dumps(one, ensure_ascii=True, separators=(", ", ": ")) for one in recorded) + "\n]\n")
    print(f"{len(recorded)} documents, {sum(one['kubectl'] is None for one in recorded)} of them refused")


main()
