#!/usr/bin/env python3
"""read_openapi.py DESCRIPTION FOLDER : writes the names of GitHub's REST API into FOLDER/*.txt, from GitHub's machine-readable description of it
(api.github.com.json, as https://docs.github.com/rest/about-the-rest-api/about-the-openapi-description-for-the-rest-api says).

A line is a route: `PATCH /repos/*/* name archived ?query`, where * is a segment and ** several. `~ GET,PUT /path` is one whose names are
left out, since the fake has nothing like it: a handler for it needs its line in full first."""
import json
import pathlib
import re
import sys

FAMILIES = {  # the file, and which paths go there: the first that fits
    "far": r"/(enterprises|agents|marketplace_listing|applications|app-manifests|assignments|classrooms|advisories|gists|notifications|feeds|credentials|codespaces)\b"
           r"|/(actions|code-scanning|codespaces?|copilot|dependabot|secret-scanning|code-security|rulesets|pages|import|migrations|security-advisories|stacks|agents|"
           r"campaigns|private-registries|properties|packages|docker|projectsV2|environments|deployments|interaction-limits|hosted-runners|organization-roles|"
           r"security-managers|personal-access-tokens?|personal-access-token-requests|network-configurations|settings|insights|attestations|dependency-graph|code-quality|"
           r"code-security-configuration|artifacts|cards|columns|projects|team-sync|external-groups?|discussions|issue-fields|issue-types|budgets|cost-centers|secrets|"
           r"gpg_keys|ssh_signing_keys|social_accounts|keys|autolinks|traffic|stats|memory|rules|rule-suites|dismissal-requests|bypass-requests|custom_roles|custom-repository-roles)\b",
    "repositories": r"/repos/[^/]+/[^/]+$|/repos/[^/]+/[^/]+/(topics|transfer|collaborators|invitations|teams|hooks|forks|languages|contributors|subscri|stargazers|events|dispatches|generate|"
                    r"notifications|license|community|tags$|activity|automated|immutable|private-vuln|vulnerab|codeowners|hash|assignees|installation)",
    "git": r"/repos/[^/]+/[^/]+/(git|commits|contents|compare|branches|tarball|zipball|readme|statuses|merges|merge-upstream|comments)",
    "issues": r"/repos/[^/]+/[^/]+/(issues|labels|milestones)",
    "pulls": r"/repos/[^/]+/[^/]+/(pulls|check-runs|check-suites|releases)",
    "organizations": r"/(orgs|teams|organizations)\b",
    "others": r"/",
}
SEVERAL = {r"(/branches)/\{branch\}", r"(/commits)/\{(ref|commit_sha)\}", r"(/contents)/\{path\}", r"(/git/(?:ref|refs|matching-refs))/\{ref\}", r"(/readme)/\{dir\}",
           r"(/compare)/\{basehead\}", r"(/(?:tar|zip)ball)/\{ref\}"}
BODIES = r"/(issues|pulls|comments|reviews|sub_issues?|parent|blocked_by|blocking|releases)(/[^/]+)?$|/gists"
FORMS = [(r"/repos/\*/\*/commits/\*\*$", "diff patch sha"), (r"/compare/\*\*$", "diff patch"), (r"/pulls/\*$", "diff patch"), (r"/contents/\*\*$", "raw html object"),
         (r"/readme(/\*\*)?$", "raw html"), (r"/license$", "raw html"), (r"/git/blobs/\*$", "raw"), (r"/(stargazers|starred)$", "star"), (r"/teams/\*/?\*?/repos/\*/\*$", "repository"),
         (r"/releases/assets/\*$", "octet-stream"), (r"^/search/", "text-match")]


def resolve(doc, node):
    while isinstance(node, dict) and "$ref" in node:
        steps, node = node["$ref"].split("/")[1:], doc
        for step in steps:
            node = node[step]
    return node


def fields(doc, schema, depth=0):
    schema, found = resolve(doc, schema), set()
    if not isinstance(schema, dict) or depth > 6:
        return found
    for several in ("oneOf", "anyOf", "allOf"):
        for one in schema.get(several, []):
            found |= fields(doc, one, depth + 1)
    join = lambda outer, inner: outer + ("" if inner.startswith("[") else ".") + inner
    for inner in fields(doc, schema["items"], depth + 1) if "items" in schema else ():
        found.add(join("[]", inner))
    for name, value in (schema.get("properties") or {}).items():
        found |= {name} | {join(name, inner) for inner in fields(doc, value, depth + 1)}
    return found


def forms(path, method):
    names = [form for pattern, words in FORMS if re.search(pattern, path) and (method == "GET" or "text-match" in words) for form in words.split()]
    if re.search(BODIES, path) and method != "DELETE":
        names += [form for form in ("raw", "text", "html", "full") if form not in names]
    return ["+" + name for name in names]


def main(description, folder):
    doc = json.loads(pathlib.Path(description).read_text())
    lines = {family: [] for family in FAMILIES}
    for template, operations in doc["paths"].items():
        path = template
        for several in SEVERAL:
            path = re.sub(several, r"\1/**", path)
        path = re.sub(r"\{[^}]*\}", "*", path)
        if "*...*" in path:  # the old form of /compare/**
            continue
        family = next(name for name, pattern in FAMILIES.items() if re.search(pattern, template))
        methods = [method for method in operations if method in ("get", "put", "post", "patch", "delete")]
        if family == "far":
            lines[family].append(f"~ {','.join(method.upper() for method in methods)} {path}")
            continue
        for method in methods:
            operation = operations[method]
            parameters = [resolve(doc, one) for one in operations.get("parameters", []) + operation.get("parameters", [])]
            queries = {"?" + one["name"].replace("[]", "") for one in parameters if one["in"] == "query"}
            body = set()
            for kind, content in (resolve(doc, operation.get("requestBody") or {}).get("content") or {}).items():
                body |= fields(doc, content.get("schema", {})) if "json" in kind else set()
            lines[family].append(" ".join([method.upper(), path] + sorted(body) + sorted(queries) + forms(path, method.upper())))
    for family, routes in lines.items():
        (pathlib.Path(folder) / f"{family}.txt").write_text("".join(line + "\n" for line in sorted(set(routes), key=lambda line: [word for word in line.split() if word[0] == "/"])))


main(*sys.argv[1:])
