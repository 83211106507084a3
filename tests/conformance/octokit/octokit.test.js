// fakeghserver as Octokit, GitHub's own client in JavaScript, sees it: each family of routes.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import test from "node:test";
import { createAppAuth } from "@octokit/auth-app";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";

const SERVER = process.env.FAKEGHSERVER;
const BASE = "1".repeat(40), TOPIC = "2".repeat(40);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const client = (login = "alice", options = {}) => new Octokit({ baseUrl: SERVER, auth: `login:${login}`, log: quiet, ...options });

async function seed(body) {
  const answer = await fetch(`${SERVER}/admin/seed`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 204, await answer.text());
}

/// A repository of its own for a test.
async function repository(name, more = {}) {
  await seed({ repositories: [{ full_name: `octokit/${name}`, branches: { main: BASE, topic: TOPIC },
    commits: [{ sha: BASE, message: "base" }, { sha: TOPIC, message: "topic", parents: [BASE] }], ...more }] });
  return { owner: "octokit", repo: name };
}

const refused = (status, promise) => assert.rejects(promise, (error) => error.status === status);
const content = (text) => Buffer.from(text).toString("base64");

// An app with these permissions, which is installed at octokit, and one that signs with another key.
async function app(appId, permissions) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const installationId = appId + 1;
  await seed({ apps: [{ id: appId, slug: `app-${appId}`, public_key: publicKey.export({ type: "spki", format: "pem" }), permissions, installations: [{ id: installationId, account: "octokit" }] }] });
  const signing = (key, auth) => new Octokit({ baseUrl: SERVER, log: quiet, authStrategy: createAppAuth, auth: { appId, privateKey: key.export({ type: "pkcs8", format: "pem" }), ...auth } });
  return { octokit: signing(privateKey, { installationId }), wrong: signing(other, {}) };
}

test("repositories: settings, a new name, topics, archived", async () => {
  const at = await repository("settings"), { rest } = client();
  await rest.repos.update({ ...at, homepage: "https://x", delete_branch_on_merge: true, visibility: "private" });
  await rest.repos.replaceAllTopics({ ...at, names: ["a", "b"] });
  const { data } = await rest.repos.get(at);
  assert.deepEqual([data.homepage, data.delete_branch_on_merge, data.private, data.topics], ["https://x", true, true, ["a", "b"]]);
  await rest.repos.update({ ...at, name: "renamed" });
  assert.equal((await rest.repos.get(at)).data.full_name, "octokit/renamed", "it follows the redirect");
  assert.equal((await rest.issues.create({ ...at, title: "moved" })).data.number, 1);
  const now = { owner: "octokit", repo: "renamed" };
  await rest.repos.update({ ...now, archived: true });
  await refused(403, rest.issues.create({ ...now, title: "x" }));
});

test("what the fake does not have", async () => {
  const at = await repository("gaps"), { rest } = client();
  await refused(501, rest.actions.listRepoWorkflows(at));
  await refused(501, rest.repos.update({ ...at, merge_commit_title: "PR_TITLE" }));
  await refused(501, rest.issues.listForRepo({ ...at, type: "Bug" }));
  await refused(501, rest.issues.listForRepo({ ...at, mediaType: { format: "html" } }));
  await refused(501, client().graphql("{ viewer { login } }"));
});

test("files: blobs, trees, commits, refs, tags, contents, compare", async () => {
  const at = await repository("files"), { rest } = client();
  const blob = (await rest.git.createBlob({ ...at, content: "hello\n" })).data.sha;
  const tree = (await rest.git.createTree({ ...at, tree: [{ path: "a/b.txt", mode: "100644", type: "blob", sha: blob }] })).data.sha;
  const commit = (await rest.git.createCommit({ ...at, message: "files", tree, parents: [BASE] })).data.sha;
  await rest.git.updateRef({ ...at, ref: "heads/main", sha: commit });
  assert.equal((await rest.git.getTree({ ...at, tree_sha: "main", recursive: "1" })).data.tree.length, 2);
  const tag = (await rest.git.createTag({ ...at, tag: "v1", message: "m", object: commit, type: "commit" })).data.sha;
  await rest.git.createRef({ ...at, ref: "refs/tags/v1", sha: tag });
  assert.equal((await rest.repos.listTags(at)).data[0].commit.sha, commit);
  const made = await rest.repos.createOrUpdateFileContents({ ...at, path: "c d.txt", message: "c", content: content("1\n"), branch: "main" });
  await rest.repos.createOrUpdateFileContents({ ...at, path: "c d.txt", message: "c", content: content("2\n"), branch: "main", sha: made.data.content.sha });
  const raw = await rest.repos.getContent({ ...at, path: "c d.txt", mediaType: { format: "raw" } });
  assert.equal(raw.data, "2\n");
  const diff = await rest.repos.getCommit({ ...at, ref: "main", mediaType: { format: "diff" } });
  assert.match(diff.data, /^diff --git a\/c d.txt b\/c d.txt\n/);
  const compared = (await rest.repos.compareCommitsWithBasehead({ ...at, basehead: `${BASE}...main` })).data;
  assert.deepEqual([compared.ahead_by, compared.files.length], [3, 2]);
  await rest.repos.deleteFile({ ...at, path: "c d.txt", message: "gone", sha: (await rest.repos.getContent({ ...at, path: "c d.txt" })).data.sha });
  await refused(404, rest.repos.getContent({ ...at, path: "c d.txt" }));
});

test("people: collaborators, organizations, teams, protection", async () => {
  await seed({ organizations: [{ login: "octokit-org", members: { ann: "admin", ben: "member" } }], repositories: [{ full_name: "octokit-org/tool", branches: { main: BASE } }] });
  const at = { owner: "octokit-org", repo: "tool" }, org = "octokit-org", { rest } = client();
  assert.equal((await rest.orgs.listMembers({ org })).data.length, 2);
  assert.equal((await rest.orgs.checkMembershipForUser({ org, username: "ann" })).status, 204);
  const team = (await rest.teams.create({ org, name: "Team A", privacy: "closed" })).data;
  await rest.teams.addOrUpdateMembershipForUserInOrg({ org, team_slug: team.slug, username: "ben", role: "maintainer" });
  await rest.teams.addOrUpdateRepoPermissionsInOrg({ org, team_slug: team.slug, ...at, permission: "push" });
  assert.equal((await rest.teams.listMembersInOrg({ org, team_slug: team.slug })).data[0].login, "ben");
  assert.equal((await rest.repos.getCollaboratorPermissionLevel({ ...at, username: "ben" })).data.permission, "write");
  const invitation = (await rest.repos.addCollaborator({ ...at, username: "zoe", permission: "admin" })).data;
  await client("zoe").rest.repos.acceptInvitationForAuthenticatedUser({ invitation_id: invitation.id });
  assert.ok((await rest.repos.listCollaborators(at)).data.some((one) => one.login === "zoe"));
  await rest.repos.updateBranchProtection({ ...at, branch: "main", enforce_admins: true, restrictions: null, required_status_checks: { strict: true, contexts: ["unit"] }, required_pull_request_reviews: null });
  assert.deepEqual((await rest.repos.getBranchProtection({ ...at, branch: "main" })).data.required_status_checks.contexts, ["unit"]);
  await rest.repos.deleteBranchProtection({ ...at, branch: "main" });
  await refused(404, rest.repos.getBranchProtection({ ...at, branch: "main" }));
});

test("issues: milestones, reactions, events, search, pages", async () => {
  const at = await repository("issues"), octokit = client(), { rest } = octokit;
  const milestone = (await rest.issues.createMilestone({ ...at, title: "v1" })).data.number;
  for (let i = 0; i < 35; ++i) await rest.issues.create({ ...at, title: `number ${i}`, labels: ["bug"], milestone });
  assert.equal((await octokit.paginate(rest.issues.listForRepo, at)).length, 35);
  await rest.reactions.createForIssue({ ...at, issue_number: 1, content: "rocket" });
  await rest.issues.lock({ ...at, issue_number: 1, lock_reason: "resolved" });
  const issue = (await rest.issues.get({ ...at, issue_number: 1 })).data;
  assert.deepEqual([issue.reactions.rocket, issue.locked, issue.milestone.title], [1, true, "v1"]);
  assert.deepEqual((await rest.issues.listEvents({ ...at, issue_number: 1 })).data.map((one) => one.event), ["labeled", "locked"]);
  assert.equal((await rest.search.issuesAndPullRequests({ q: "repo:octokit/issues label:bug is:open number" })).data.total_count, 35);
});

test("pull requests: comments on lines, files, checks, releases", async () => {
  const at = await repository("pulls"), { rest } = client();
  await rest.repos.createOrUpdateFileContents({ ...at, path: "a.txt", message: "a", content: content("a\n"), branch: "topic" });
  const pull_number = (await rest.pulls.create({ ...at, title: "t", head: "topic", base: "main" })).data.number;
  const head = (await rest.pulls.get({ ...at, pull_number })).data.head.sha;
  await client("bob").rest.pulls.createReview({ ...at, pull_number, event: "COMMENT", comments: [{ path: "a.txt", line: 1, side: "RIGHT", body: "why" }] });
  assert.equal((await rest.pulls.listReviewComments({ ...at, pull_number })).data[0].body, "why");
  assert.match((await rest.pulls.get({ ...at, pull_number, mediaType: { format: "diff" } })).data, /\+a/);
  await refused(403, rest.checks.create({ ...at, name: "unit", head_sha: head }));
  const { checks } = (await app(4713, { checks: "write" })).octokit.rest;
  const run = (await checks.create({ ...at, name: "unit", head_sha: head, status: "in_progress" })).data;
  await checks.update({ ...at, check_run_id: run.id, conclusion: "success" });
  assert.equal((await rest.checks.listForRef({ ...at, ref: "topic" })).data.check_runs[0].conclusion, "success");
  assert.equal((await rest.pulls.merge({ ...at, pull_number, merge_method: "squash" })).data.merged, true);
  assert.equal((await rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: head })).data[0].number, pull_number);
  const release = (await rest.repos.createRelease({ ...at, tag_name: "v1", name: "One" })).data;
  const asset = (await rest.repos.uploadReleaseAsset({ ...at, baseUrl: `${SERVER}/api/uploads`, release_id: release.id, name: "a.txt", data: "bytes" })).data;
  assert.equal(asset.size, 5);
  assert.equal((await rest.repos.getLatestRelease(at)).data.id, release.id);
});

test("apps: a JSON Web Token, and an installation's", async () => {
  const at = await repository("apps");
  const { octokit, wrong } = await app(4711, { issues: "write" });
  assert.equal((await octokit.rest.apps.getAuthenticated()).data.slug, "app-4711");
  assert.equal((await octokit.rest.issues.create({ ...at, title: "by an app" })).data.user.login, "app-4711[bot]");
  await refused(403, octokit.rest.repos.createCommitStatus({ ...at, sha: "1".repeat(40), state: "success" }));
  await refused(401, wrong.rest.apps.getAuthenticated());
});

test("hooks: made, pinged, tested", async () => {
  const at = await repository("hooks"), { rest } = client();
  const hook_id = (await rest.repos.createWebhook({ ...at, config: { url: "http://127.0.0.1:9/", content_type: "json" }, events: ["push"] })).data.id;
  assert.equal((await rest.repos.pingWebhook({ ...at, hook_id })).status, 204);
  assert.equal((await rest.repos.testPushWebhook({ ...at, hook_id })).status, 204);
  assert.deepEqual((await rest.repos.listWebhookDeliveries({ ...at, hook_id })).data.map((one) => one.event), ["push", "ping", "ping"]);
});

test("by id, and behind proxies", async () => {
  const at = await repository("by-id"), octokit = client();
  const { id } = (await octokit.rest.repos.update({ ...at, name: "by-another-id" })).data;
  assert.equal((await octokit.request("GET /repositories/{id}", { id })).data.full_name, "octokit/by-another-id");
  const headers = { "x-forwarded-host": "github.example.com, gateway", "x-forwarded-proto": "https, http", "x-forwarded-prefix": "/hub, /x" };
  const found = await octokit.rest.repos.listBranches({ ...at, repo: "by-another-id", per_page: 1, headers });
  assert.match(found.headers.link, /^<https:\/\/github\.example\.com\/hub\/repos\/octokit\/by-another-id\/branches\?per_page=1&page=2>; rel="next"/);
});

test("blobs, trees, patches and what URLs in answers are templates of", async () => {
  const at = await repository("trees"), octokit = client(), { rest } = octokit;
  const blob = (await rest.git.createBlob({ ...at, content: content("hi\n"), encoding: "base64" })).data.sha;
  assert.equal((await rest.git.getBlob({ ...at, file_sha: blob, mediaType: { format: "raw" } })).data, "hi\n");
  const { data: tree } = await rest.git.createTree({ ...at, tree: [{ path: "a/b", mode: "100644", type: "blob", sha: blob }, { path: "link", mode: "120000", type: "blob", content: "a/b" }] });
  const commit = (await rest.git.createCommit({ ...at, message: "tree", tree: tree.sha, parents: [TOPIC] })).data.sha;
  await rest.git.updateRef({ ...at, ref: "heads/topic", sha: commit });
  const patch = (await rest.repos.getCommit({ ...at, ref: "topic", mediaType: { format: "patch" } })).data;
  assert.ok(patch.startsWith(`From ${commit}`) && patch.includes("+hi\n"), patch);
  assert.equal((await rest.repos.getCommit({ ...at, ref: "topic", mediaType: { format: "sha" } })).data, commit);
  const { contents_url } = (await rest.repos.get(at)).data;
  const link = (await octokit.request(`GET ${contents_url}`, { path: "link", ref: "topic" })).data;
  assert.deepEqual([link.type, Buffer.from(link.content, "base64").toString()], ["file", "hi\n"]);
});

test("people: memberships, permissions of who asks, teams that review", async () => {
  await seed({ organizations: [{ login: "octokit-people", members: { alice: "admin" }, teams: [{ name: "Core", repositories: { "octokit-people/tool": "push" } }] }],
    repositories: [{ full_name: "octokit-people/tool", branches: { main: BASE, topic: TOPIC }, commits: [{ sha: TOPIC, parents: [BASE] }], collaborators: { reader: "pull" } }] });
  const org = "octokit-people", at = { owner: org, repo: "tool" }, { rest } = client();
  assert.equal((await rest.orgs.setMembershipForUser({ org, username: "newcomer", role: "member" })).data.state, "pending");
  await client("newcomer").rest.orgs.updateMembershipForAuthenticatedUser({ org, state: "active" });
  assert.equal((await rest.orgs.getMembershipForUser({ org, username: "newcomer" })).data.state, "active");
  assert.equal((await client("newcomer").rest.orgs.listMembershipsForAuthenticatedUser()).data[0].organization.login, org);
  const permissions = async (login) => (await client(login).rest.repos.get(at)).data.permissions;
  assert.deepEqual([(await permissions("reader")).push, (await permissions("alice")).admin], [false, true]);
  await refused(403, client("reader").rest.git.createRef({ ...at, ref: "refs/heads/x", sha: BASE }));
  const pull_number = (await rest.pulls.create({ ...at, title: "t", head: "topic", base: "main", draft: true })).data.number;
  await refused(422, rest.pulls.requestReviewers({ ...at, pull_number, team_reviewers: ["none"] }));
  await rest.pulls.requestReviewers({ ...at, pull_number, team_reviewers: ["core"] });
  assert.equal((await rest.pulls.listRequestedReviewers({ ...at, pull_number })).data.teams[0].name, "Core");
  await assert.rejects(rest.pulls.merge({ ...at, pull_number }), /Pull Request is still a draft/);
});

test("timeline, check suites", async () => {
  const at = await repository("timeline"), { rest } = client();
  const issue_number = (await rest.issues.create({ ...at, title: "t", labels: ["bug"] })).data.number;
  await rest.issues.createComment({ ...at, issue_number, body: "said" });
  await rest.issues.update({ ...at, issue_number, state: "closed", state_reason: "not_planned" });
  const timeline = (await rest.issues.listEventsForTimeline({ ...at, issue_number })).data;
  assert.deepEqual(timeline.map((one) => one.event), ["labeled", "commented", "closed"]);
  assert.equal(timeline[1].body, "said");
  const { checks } = (await app(4723, { checks: "write" })).octokit.rest;
  await checks.create({ ...at, name: "unit", head_sha: TOPIC, conclusion: "success", output: { title: "t", summary: "s", annotations: [{ path: "a", start_line: 1, end_line: 1, annotation_level: "warning", message: "m" }] } });
  const suite = (await rest.checks.listSuitesForRef({ ...at, ref: "topic" })).data.check_suites[0];
  assert.deepEqual([suite.conclusion, suite.latest_check_runs_count], ["success", 1]);
  const [run] = (await rest.checks.listForSuite({ ...at, check_suite_id: suite.id })).data.check_runs;
  assert.equal((await rest.checks.listAnnotations({ ...at, check_run_id: run.id })).data[0].message, "m");
});

test("the plugins: what fails is tried again, what the fake does not have is not", async () => {
  const at = await repository("plugins");
  const limited = [];
  const told = (retryAfter, options) => limited.push(options.url) && false;
  const Careful = Octokit.plugin(retry, throttling);
  const octokit = new Careful({ baseUrl: SERVER, auth: "login:alice", log: quiet, retry: { doNotRetry: [501], retryAfterBaseValue: 1 }, throttle: { onRateLimit: told, onSecondaryRateLimit: told } });
  const fault = await fetch(`${SERVER}/admin/faults`, { method: "POST", body: JSON.stringify({ path: `/repos/octokit/${at.repo}/branches`, status: 503, count: 2 }) });
  assert.ok(fault.ok);
  assert.equal((await octokit.rest.repos.listBranches(at)).data.length, 2);
  for (let i = 0; i < 3; ++i) await octokit.rest.issues.create({ ...at, title: `${i}` });
  const titles = [];
  for await (const page of octokit.paginate.iterator(octokit.rest.issues.listForRepo, { ...at, per_page: 2, direction: "asc" })) titles.push(page.data.map((one) => one.title));
  assert.deepEqual(titles, [["0", "1"], ["2"]]);
  assert.deepEqual(await octokit.paginate("GET /search/issues", { q: "repo:octokit/plugins is:issue", per_page: 2 }, (page) => page.data.length), [2, 1]);
  await refused(501, octokit.rest.actions.listRepoWorkflows(at));
  assert.deepEqual(limited, []);
});
