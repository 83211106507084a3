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

from github import Auth, Github, GithubException, UnknownObjectException

SERVER = os.environ["FAKEGHSERVER"]
BASE, TOPIC = "1" * 40, "2" * 40


def client(login="alice", base=SERVER, **options):
    return Github(base_url=base, auth=Auth.Token("login:" + login), retry=None, seconds_between_requests=0,
                  seconds_between_writes=0, **options)


def seed(name):
    commits = [{"sha": BASE, "message": "base"},
               {"sha": TOPIC, "message": "topic", "parents": [BASE],
                "files": [{"filename": "a.txt", "status": "added", "additions": 2, "patch": "+a\n+b"}]}]
    repository = {"full_name": name, "branches": {"main": BASE, "topic": TOPIC}, "commits": commits}
    body = json.dumps({"repositories": [repository]}).encode()
    urllib.request.urlopen(urllib.request.Request(SERVER + "/admin/seed", data=body, method="POST")).close()


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


if __name__ == "__main__":
    unittest.main()
