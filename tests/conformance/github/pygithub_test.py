"""fakeghserver as PyGithub, a client of GitHub's API in Python, sees it."""

import hashlib
import hmac
import http.server
import json
import os
import queue
import threading
import unittest
import urllib.request

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from github import Auth, Github, GithubException, InputGitTreeElement, UnknownObjectException

SERVER = os.environ["FAKEGHSERVER"]
BASE, TOPIC = "1" * 40, "2" * 40


def client(login="alice", base=SERVER, **options):
    return Github(base_url=base, auth=Auth.Token("login:" + login), retry=None, seconds_between_requests=0,
                  seconds_between_writes=0, **options)


def seed_json(body):
    urllib.request.urlopen(urllib.request.Request(SERVER + "/admin/seed", data=json.dumps(body).encode(), method="POST")).close()


def seed(name):
    commits = [{"sha": BASE, "message": "base"},
               {"sha": TOPIC, "message": "topic", "parents": [BASE],
                "files": [{"filename": "a.txt", "status": "added", "additions": 2, "patch": "+a\n+b"}]}]
    repository = {"full_name": name, "branches": {"main": BASE, "topic": TOPIC}, "commits": commits}
    seed_json({"repositories": [repository]})


def as_app(number):
    """An app of this id that may make check runs, as its installation at py."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    app = {"id": number, "slug": "py-app-%d" % number, "public_key": public, "permissions": {"checks": "write"},
           "installations": [{"id": number + 1, "account": "py"}]}
    seed_json({"apps": [app]})
    auth = Auth.AppAuth(str(number), private).get_installation_auth(number + 1)
    return Github(base_url=SERVER, auth=auth, retry=None, seconds_between_requests=0, seconds_between_writes=0)


class Receiver:
    """What a hook calls: the events come out of `events`."""

    def __init__(self):
        self.events = queue.Queue()
        events = self.events

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                events.put((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self, event):
        while True:
            headers, body = self.events.get(timeout=60)
            if headers["X-GitHub-Event"] == event:
                return headers, body

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class PyGithub(unittest.TestCase):
    def setUp(self):
        self.name = "py/" + self.id().split(".")[-1]
        seed(self.name)
        self.repo = client().get_repo(self.name)

    def refused(self, status, call, *args, **options):
        with self.assertRaises(GithubException) as caught:
            call(*args, **options)
        self.assertEqual(caught.exception.status, status)
        return caught.exception.data

    def test_users_and_repositories(self):
        bob = client("py-bob")
        self.assertEqual(bob.get_user().login, "py-bob")
        made = bob.get_user().create_repo("mine", description="d", private=True, auto_init=True)
        self.assertEqual((made.full_name, made.private, made.description), ("py-bob/mine", True, "d"))
        self.assertEqual([repo.name for repo in bob.get_user().get_repos()], ["mine"])
        self.assertEqual(made.get_commits()[0].commit.message, "Initial commit")
        made.edit(description="e", has_issues=False)
        self.assertEqual(bob.get_repo("py-bob/MINE").description, "e")
        self.refused(410, made.create_issue, "t")
        made.delete()
        self.refused(404, bob.get_repo, "py-bob/mine")
        organization = bob.get_organization("py-org")
        self.assertEqual(organization.create_repo("tool").owner.type, "Organization")
        self.assertEqual(self.repo.owner.login, "py")
        self.assertGreater(client().get_rate_limit().core.remaining, 0)

    def test_enterprise_base_url(self):
        repo = client(base=SERVER + "/api/v3").get_repo(self.name)
        issue = repo.create_issue("by /api/v3")
        self.assertTrue(issue.url.startswith(SERVER + "/api/v3/"), issue.url)
        issue.edit(state="closed")
        self.assertEqual(repo.get_issue(issue.number).state, "closed")

    def test_git(self):
        commit = self.repo.create_git_commit("next", self.repo.get_git_commit(TOPIC).tree, [self.repo.get_git_commit(TOPIC)])
        ref = self.repo.create_git_ref("refs/heads/a/b", TOPIC)
        ref.edit(commit.sha)
        self.assertEqual(self.repo.get_git_ref("heads/a/b").object.sha, commit.sha)
        self.assertEqual(self.repo.get_branch("a/b").commit.commit.message, "next")
        self.assertEqual([one.name for one in self.repo.get_branches()], ["a/b", "main", "topic"])
        self.assertEqual([one.commit.message for one in self.repo.get_commits("a/b")], ["next", "topic", "base"])
        self.assertEqual([one.filename for one in self.repo.get_commit(TOPIC).files], ["a.txt"])
        self.refused(422, ref.edit, BASE)
        ref.delete()
        self.refused(404, self.repo.get_branch, "a/b")

    def test_statuses(self):
        commit = self.repo.get_commit(TOPIC)
        for state, context in (("success", "unit"), ("pending", "e2e"), ("success", "e2e")):
            status = commit.create_status(state, "http://ci/1", "text", context)
        self.assertEqual((status.state, status.context, status.target_url), ("success", "e2e", "http://ci/1"))
        combined = commit.get_combined_status()
        self.assertEqual((combined.state, combined.total_count), ("success", 2))
        self.assertEqual([one.state for one in commit.get_statuses()], ["success", "pending", "success"])
        self.assertEqual(self.refused(422, commit.create_status, "green")["errors"][0]["field"], "state")

    def test_issues(self):
        bug = self.repo.create_label("bug", "ff0000", "d")
        issue = self.repo.create_issue("t", "b", labels=[bug], assignees=["bob"])
        self.assertEqual((issue.title, issue.body, issue.user.login, issue.assignee.login), ("t", "b", "alice", "bob"))
        comment = issue.create_comment("first")
        comment.edit("changed")
        self.assertEqual([one.body for one in issue.get_comments()], ["changed"])
        self.assertEqual(issue.get_comment(comment.id).user.login, "alice")
        comment.delete()
        self.assertEqual(issue.get_comments().totalCount, 0)
        issue.add_to_labels("a", "b")
        issue.remove_from_labels("a")
        self.refused(404, issue.remove_from_labels, "a")
        self.assertEqual([one.name for one in issue.get_labels()], ["bug", "b"])
        issue.set_labels("c")
        self.assertEqual([one.name for one in self.repo.get_issue(issue.number).labels], ["c"])
        issue.delete_labels()
        issue.add_to_assignees("carol")
        issue.remove_from_assignees("bob")
        self.assertEqual([one.login for one in self.repo.get_issue(issue.number).assignees], ["carol"])
        issue.edit(title="t2", state="closed", state_reason="not_planned")
        self.assertEqual(self.repo.get_issue(issue.number).state_reason, "not_planned")
        self.assertEqual(list(self.repo.get_issues()), [])
        self.assertEqual([one.title for one in self.repo.get_issues(state="closed")], ["t2"])
        bug.edit("defect", "00ff00")
        self.assertEqual(self.repo.get_label("defect").color, "00ff00")
        self.refused(422, self.repo.create_label, "DEFECT", "ff0000")
        self.repo.get_label("defect").delete()

    def test_pull_requests(self):
        pull = self.repo.create_pull("main", "topic", title="t", body="b")
        self.assertEqual((pull.number, pull.head.sha, pull.base.ref, pull.mergeable), (1, TOPIC, "main", True))
        self.assertEqual(pull.head.repo.full_name, self.name)
        self.assertEqual([one.sha for one in pull.get_commits()], [TOPIC])
        self.assertEqual(list(pull.get_files()), [])
        self.assertEqual(pull.as_issue().pull_request.html_url, pull.html_url)
        pull.add_to_labels("lgtm")
        self.assertEqual([one.name for one in self.repo.get_pull(1).labels], ["lgtm"])
        pull.create_review_request(["bob"])
        self.assertEqual([one.login for one in pull.get_review_requests()[0]], ["bob"])
        theirs = client("bob").get_repo(self.name).get_pull(1)
        review = theirs.create_review(body="no", event="REQUEST_CHANGES")
        self.assertEqual(review.state, "CHANGES_REQUESTED")
        theirs.create_review(event="APPROVE")
        self.assertEqual([one.state for one in pull.get_reviews()], ["CHANGES_REQUESTED", "APPROVED"])
        review.dismiss("old")
        self.assertEqual(pull.get_review(review.id).state, "DISMISSED")
        self.refused(422, pull.create_review, event="APPROVE")
        self.assertFalse(pull.is_merged())
        self.refused(409, pull.merge, sha=BASE)
        merged = pull.merge("message", "title", sha=TOPIC)
        self.assertTrue(merged.merged)
        self.assertTrue(pull.is_merged())
        self.assertEqual(self.repo.get_branch("main").commit.sha, merged.sha)
        self.refused(405, pull.merge)
        self.assertEqual([one.number for one in self.repo.get_pulls(state="closed", head="py:topic")], [1])

    def test_paging(self):
        for i in range(45):
            self.repo.create_issue(str(i))
        issues = self.repo.get_issues(direction="asc")
        self.assertEqual([one.title for one in issues], [str(i) for i in range(45)])
        self.assertEqual(issues.totalCount, 45)
        self.assertEqual(issues.reversed[0].title, "44")

    def test_what_did_not_change(self):
        self.assertFalse(self.repo.update())
        client().get_repo(self.name).edit(description="another")
        self.assertTrue(self.repo.update())
        self.assertEqual(self.repo.description, "another")

    def test_hooks(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        config = {"url": receiver.url, "content_type": "json", "secret": "s"}
        hook = self.repo.create_hook("web", config, ["issues"], True)
        receiver.next("ping")
        self.repo.create_issue("t")
        headers, body = receiver.next("issues")
        self.assertEqual(headers["X-Hub-Signature-256"], "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest())
        self.assertEqual(json.loads(body)["issue"]["title"], "t")
        hook.ping()
        receiver.next("ping")
        self.assertEqual([one.id for one in self.repo.get_hooks()], [hook.id])
        deliveries = list(self.repo.get_hook_deliveries(hook.id))
        self.assertEqual([one.event for one in deliveries], ["ping", "issues", "ping"])
        self.assertEqual(self.repo.get_hook_delivery(hook.id, deliveries[1].id).request.payload["action"], "opened")
        hook.edit("web", config, events=["push"])
        self.assertEqual(self.repo.get_hook(hook.id).events, ["push"])
        hook.delete()
        self.refused(404, self.repo.get_hook, hook.id)

    def test_errors(self):
        with self.assertRaises(UnknownObjectException):
            client().get_repo("py/none")
        nobody = Github(base_url=SERVER, retry=None, seconds_between_requests=0, seconds_between_writes=0)
        self.refused(401, nobody.get_repo(self.name).create_issue, "t")
        data = self.refused(422, self.repo.create_pull, "main", "none", title="t")
        self.assertEqual(data["errors"][0]["field"], "head")

    def test_settings_and_a_new_name(self):
        self.repo.edit(homepage="https://x", delete_branch_on_merge=True)
        self.assertEqual((self.repo.homepage, self.repo.delete_branch_on_merge), ("https://x", True))
        self.repo.replace_topics(["kind", "go"])
        self.assertEqual(self.repo.get_topics(), ["kind", "go"])
        self.repo.edit(name="renamed-" + self.name.split("/")[1])
        self.assertEqual(client().get_repo(self.name).name, self.repo.name)
        self.repo.edit(archived=True)
        self.refused(403, self.repo.create_issue, "t")

    def test_what_is_not_there(self):
        self.refused(501, lambda: list(self.repo.get_workflows()))
        self.refused(501, lambda: list(self.repo.get_forks()))
        self.refused(501, lambda: list(client().search_issues("linked:pr")))

    def test_files(self):
        made = self.repo.create_file("a/b.txt", "m", "1\n", branch="topic")
        self.repo.update_file("a/b.txt", "m", "2\n", made["content"].sha, branch="topic")
        self.assertEqual(self.repo.get_contents("a/b.txt", ref="topic").decoded_content, b"2\n")
        self.assertEqual([one.path for one in self.repo.get_contents("a", ref="topic")], ["a/b.txt"])
        compared = self.repo.compare("main", "topic")
        self.assertEqual((compared.ahead_by, [one.filename for one in compared.files]), (3, ["a/b.txt"]))
        tag = self.repo.create_git_tag("v1", "m", BASE, "commit")
        self.repo.create_git_ref("refs/tags/v1", tag.sha)
        self.assertEqual([one.commit.sha for one in self.repo.get_tags()], [BASE])
        tree = self.repo.get_git_tree("topic", recursive=True)
        self.assertEqual([one.path for one in tree.tree], ["a", "a/b.txt"])
        self.repo.delete_file("a/b.txt", "m", tree.tree[1].sha, branch="topic")
        self.refused(404, self.repo.get_contents, "a/b.txt", ref="topic")

    def test_people(self):
        invitation = self.repo.add_to_collaborators("py-zoe", "admin")
        client("py-zoe").get_user().accept_invitation(invitation.id)
        self.assertTrue(self.repo.has_in_collaborators("py-zoe"))
        self.assertEqual(self.repo.get_collaborator_permission("py-zoe"), "admin")
        org = client().get_organization("py-org")
        team = org.create_team("Py Team")
        team.add_membership(client().get_user("py-zoe"), role="maintainer")
        self.assertEqual(team.get_team_membership("py-zoe").role, "maintainer")
        branch = self.repo.get_branch("main")
        branch.edit_protection(strict=True, contexts=["unit"], enforce_admins=True)
        self.assertEqual(branch.get_protection().required_status_checks.contexts, ["unit"])
        branch.remove_protection()
        self.refused(404, branch.get_protection)

    def test_milestones_reactions_events_and_search(self):
        milestone = self.repo.create_milestone("v1")
        issue = self.repo.create_issue("found", labels=["bug"], milestone=milestone)
        issue.create_reaction("heart")
        self.assertEqual([one.content for one in issue.get_reactions()], ["heart"])
        self.assertEqual([one.event for one in issue.get_events()], ["labeled"])
        self.assertEqual(self.repo.get_milestone(1).open_issues, 1)
        issue.lock("spam")
        self.assertTrue(self.repo.get_issue(1).locked)
        found = client().search_issues("repo:%s is:issue label:bug" % self.name)
        self.assertEqual([one.title for one in found], ["found"])

    def test_checks_comments_and_releases(self):
        self.repo.create_file("f", "m", "x\n", branch="topic")
        pull = self.repo.create_pull("main", "topic", title="t", body="")
        head = self.repo.get_commit(pull.head.sha)
        pull.create_review_comment("why", head, "f", line=1)
        self.assertEqual([one.body for one in pull.get_review_comments()], ["why"])
        self.refused(403, self.repo.create_check_run, "unit", pull.head.sha)
        run = as_app(4721).get_repo(self.name).create_check_run("unit", pull.head.sha, status="in_progress")
        run.edit(conclusion="success", status="completed")
        self.assertEqual([one.conclusion for one in head.get_check_runs()], ["success"])
        self.assertEqual([one.number for one in head.get_pulls()], [1])
        release = self.repo.create_git_release("v1", "One", "text")
        self.assertEqual(self.repo.get_latest_release().id, release.id)


    def test_by_id_visibility_and_light_tags(self):
        self.repo.edit(visibility="private")
        self.repo.create_git_ref("refs/tags/light", BASE)
        self.repo.edit(name="other-" + self.name.split("/")[1])
        found = client().get_repo(self.repo.id)
        self.assertEqual((found.full_name, found.visibility, found.private), (self.repo.full_name, "private", True))
        self.assertEqual([(one.name, one.commit.sha) for one in found.get_tags()], [("light", BASE)])

    def test_permissions_are_those_of_who_asks(self):
        invitation = self.repo.add_to_collaborators("py-reader", "pull")
        reader = client("py-reader")
        reader.get_user().accept_invitation(invitation.id)
        theirs = reader.get_repo(self.name)
        self.assertEqual((theirs.permissions.pull, theirs.permissions.push, theirs.permissions.admin), (True, False, False))
        self.assertEqual([(one.login, one.permissions.push) for one in self.repo.get_collaborators(affiliation="direct")], [("py", True), ("py-reader", False)])
        self.refused(403, theirs.create_git_ref, "refs/heads/x", BASE)
        self.repo.remove_from_collaborators("py-reader")
        self.assertFalse(self.repo.has_in_collaborators("py-reader"))

    def test_members_of_an_organization(self):
        seed_json({"users": ["py-new"], "organizations": [{"login": "py-members", "members": {"py-admin": "admin"}}]})
        org = client("py-admin").get_organization("py-members")
        org.add_to_members(client().get_user("py-new"), "member")
        self.assertEqual([one.login for one in org.get_members()], ["py-admin"])
        membership = client("py-new").get_user().get_organization_membership("py-members")
        self.assertEqual((membership.state, membership.role, membership.organization.login), ("pending", "member", "py-members"))
        self.assertEqual([one.login for one in org.invitations()], ["py-new"])
        org.remove_from_membership(client().get_user("py-new"))
        self.assertEqual(org.invitations().totalCount, 0)

    def test_blobs_trees_and_suites(self):
        blob = self.repo.create_git_blob("aGkK", "base64")
        self.assertEqual(self.repo.get_git_blob(blob.sha).content.strip(), "aGkK")
        tree = self.repo.create_git_tree([InputGitTreeElement("bin/run", "100755", "blob", sha=blob.sha), InputGitTreeElement("link", "120000", "blob", content="bin/run")])
        commit = self.repo.create_git_commit("tree", tree, [self.repo.get_git_commit(TOPIC)])
        self.repo.get_git_ref("heads/topic").edit(commit.sha)
        self.assertEqual([(one.path, one.mode) for one in self.repo.get_git_tree(commit.sha, recursive=True).tree], [("bin", "040000"), ("bin/run", "100755"), ("link", "120000")])
        self.assertEqual(self.repo.get_contents("link", ref="topic").decoded_content, b"hi\n")
        app = as_app(4731).get_repo(self.name)
        app.create_check_run("unit", commit.sha, conclusion="failure", status="completed", output={"title": "t", "summary": "s"})
        suite = self.repo.get_commit(commit.sha).get_check_suites()[0]
        self.assertEqual((suite.conclusion, suite.app.slug, suite.head_sha), ("failure", "py-app-4731", commit.sha))
        self.assertEqual([one.output.title for one in suite.get_check_runs()], ["t"])

    def test_timeline_and_hook_tests(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        hook = self.repo.create_hook("web", {"url": receiver.url, "content_type": "json"}, ["push"])
        hook.test()
        self.assertEqual(json.loads(receiver.next("push")[1])["ref"], "refs/heads/main")
        issue = self.repo.create_issue("t", labels=["bug"])
        issue.create_comment("said")
        issue.edit(state="closed")
        timeline = list(issue.get_timeline())
        self.assertEqual([one.event for one in timeline], ["labeled", "commented", "closed"])
        self.assertEqual((timeline[1].body, timeline[1].actor.login), ("said", "alice"))

    def test_reviews_of_teams(self):
        org = client().get_organization("py-reviews")
        repo = org.create_repo("tool", auto_init=True)
        repo.create_git_ref("refs/heads/topic", repo.get_branch("main").commit.sha)
        repo.create_file("a", "m", "a", branch="topic")
        pull = repo.create_pull("main", "topic", title="t", body="", draft=True)
        self.refused(422, pull.create_review_request, team_reviewers=["core"])
        team = org.create_team("Core", repo_names=[repo])
        pull.create_review_request(["py-someone"], ["core"])
        people, teams = pull.get_review_requests()
        self.assertEqual(([one.login for one in people], [(one.id, one.name) for one in teams]), (["py-someone"], [(team.id, "Core")]))
        self.assertEqual(client().get_user("py-someone").login, "py-someone")
        self.assertEqual(self.refused(405, pull.merge)["message"], "Pull Request is still a draft")


if __name__ == "__main__":
    unittest.main()
