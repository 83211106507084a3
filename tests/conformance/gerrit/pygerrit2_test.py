"""fakegerritserver as pygerrit2 sees it. $FAKEGERRITSERVER says where the server is."""

import base64
import os
import unittest
import uuid

from pygerrit2 import Anonymous, GerritRestAPI, GerritReview, HTTPBasicAuth
from requests import HTTPError, Session


def api(user="alice"):
    auth = HTTPBasicAuth(user, "secret") if user else Anonymous()
    return GerritRestAPI(url=os.environ["FAKEGERRITSERVER"], auth=auth)


class GerritTest(unittest.TestCase):
    def setUp(self):
        self.project = "team/" + uuid.uuid4().hex[:12]
        self.name = self.project.replace("/", "%2F")
        self.alice = api()
        self.alice.put("/projects/" + self.name, json={"create_empty_commit": "true"})
        self.alice.put("/projects/" + self.name + "/labels/Verified",
                       json={"values": {"-1": "Fails", " 0": "No score", "+1": "Works"}})

    def create(self, subject="Change something", **more):
        return self.alice.post("/changes/", json={"project": self.project, "branch": "master", "subject": subject, **more})

    def assert_refused(self, status, call, *args, **kwargs):
        with self.assertRaises(HTTPError) as caught:
            call(*args, **kwargs)
        self.assertEqual(status, caught.exception.response.status_code, caught.exception.response.text)
        return caught.exception.response.text

    def test_projects(self):
        info = self.alice.get("/projects/" + self.name)
        self.assertEqual(info["name"], self.project)
        self.alice.put("/projects/" + self.name + "/description", data={"description": "New Description"})
        self.assertEqual(self.alice.get("/projects/" + self.name)["description"], "New Description")
        self.assertIn(self.project, self.alice.get("/projects/?p=team"))
        self.assert_refused(409, self.alice.put, "/projects/" + self.name)
        self.assert_refused(404, self.alice.get, "/projects/" + self.name + "x")

    def test_branches(self):
        made = self.alice.put("/projects/" + self.name + "/branches/rel%2F1", json={"revision": "master"})
        self.assertEqual(made["ref"], "refs/heads/rel/1")
        refs = [branch["ref"] for branch in self.alice.get("/projects/" + self.name + "/branches/")]
        self.assertEqual(refs, ["HEAD", "refs/heads/master", "refs/heads/rel/1"])

    def test_change_is_created_and_found(self):
        made = self.create(topic="conformance")
        found = self.alice.get("/changes/?q=project:%s status:open topic:conformance" % self.project)
        self.assertEqual([change["id"] for change in found], [made["id"]])
        self.assertEqual(self.alice.get("/changes/" + made["id"])["_number"], made["_number"])
        self.assertEqual(self.alice.get("/changes/" + made["id"] + "/detail")["owner"]["username"], "alice")

    def test_queries_page(self):
        for number in range(3):
            self.create("change %d" % number)
        page = self.alice.get("/changes/?q=project:%s&n=2" % self.project)
        self.assertTrue(page[-1]["_more_changes"])
        rest = self.alice.get("/changes/?q=project:%s&n=2&S=2" % self.project)
        self.assertEqual(len(rest), 1)
        self.assertNotIn("_more_changes", rest[0])
        both = self.alice.get("/changes/", params={"q": ["project:" + self.project, "is:merged project:" + self.project]})
        self.assertEqual([len(changes) for changes in both], [3, 0])
        self.assertIn("Unsupported operator", self.assert_refused(400, self.alice.get, "/changes/?q=foo:bar"))

    def test_review(self):
        change = self.create()
        review = GerritReview(message="Fine", labels={"Code-Review": 1}, tag="a_test_tag",
                              comments=[{"filename": "/COMMIT_MSG", "line": 7, "message": "say why"}])
        result = api("bob").review(change["id"], "current", review)
        self.assertEqual(result["labels"], {"Code-Review": 1})
        comments = self.alice.get("/changes/" + change["id"] + "/comments")
        self.assertEqual(comments["/COMMIT_MSG"][0]["message"], "say why")
        messages = self.alice.get("/changes/" + change["id"] + "/messages")
        self.assertEqual(messages[-1]["message"], "Patch Set 1: Code-Review+1\n\n(1 comment)\n\nFine")
        self.assertEqual(messages[-1]["tag"], "a_test_tag")
        self.assert_refused(400, api("bob").review, change["id"], "current", GerritReview(labels={"Code-Review": 3}))

    def test_submit(self):
        change = self.create()
        self.assertIn("unsatisfied", self.assert_refused(409, self.alice.post, "/changes/" + change["id"] + "/submit"))
        api("bob").review(change["id"], "current", GerritReview(labels={"Code-Review": 2, "Verified": 1}))
        self.assertEqual(self.alice.post("/changes/" + change["id"] + "/submit")["status"], "MERGED")

    def test_post_without_body(self):
        change = self.create()
        self.assertEqual(self.alice.post("/changes/" + change["id"] + "/abandon")["status"], "ABANDONED")
        self.assertEqual(self.alice.post("/changes/" + change["id"] + "/restore")["status"], "NEW")

    def test_topic_and_hashtags(self):
        path = "/changes/" + self.create()["id"]
        self.assertEqual(self.alice.put(path + "/topic", json={"topic": "t"}), "t")
        self.alice.delete(path + "/topic")
        self.assertEqual(self.alice.get(path + "/topic"), "")
        self.assertEqual(self.alice.post(path + "/hashtags", json={"add": ["b", "a"]}), ["a", "b"])

    def test_what_git_does(self):
        self.alice.put("/projects/" + self.name + "/branches/stable", json={"revision": "master"})
        one, two = self.create("One")["id"], self.create("Two")["id"]
        for change in one, two:
            self.alice.put("/changes/" + change + "/edit/f.txt", data=change, headers={"Content-Type": "text/plain"})
            self.alice.post("/changes/" + change + "/edit:publish")
        picked = self.alice.post("/changes/" + one + "/revisions/current/cherrypick", json={"destination": "stable", "message": "x"})
        self.assertEqual(picked["branch"], "stable")
        api("bob").review(one, "current", GerritReview(labels={"Code-Review": 2, "Verified": 1}))
        self.assertEqual(self.alice.post("/changes/" + one + "/submit")["status"], "MERGED")
        self.assertIn("merge conflict(s):\nf.txt", self.assert_refused(409, self.alice.post, "/changes/" + two + "/rebase"))
        self.assertEqual(self.alice.post("/changes/" + one + "/revert")["subject"], 'Revert "One"')
        self.assertEqual(self.alice.get("/changes/" + two + "/revisions/current/files/f.txt/diff")["change_type"], "ADDED")

    def with_file(self, name, text, **more):
        """The path of a change that has this file."""
        path = "/changes/%d" % self.create("Change " + name, **more)["_number"]
        self.alice.put(path + "/edit/" + name.replace("/", "%2F"), data=text, headers={"Content-Type": "text/plain"})
        self.alice.post(path + "/edit:publish")
        return path

    def test_rebase_move_and_what_is_submitted_together(self):
        self.alice.put("/projects/" + self.name + "/branches/stable", json={"revision": "master"})
        one, two = self.with_file("a", "1\n"), self.with_file("b", "2\n")
        self.alice.post(two + "/rebase", json={"base": one.split("/")[-1]})
        self.assertEqual([change["subject"] for change in self.alice.get(two + "/submitted_together")], ["Change b", "Change a"])
        related = self.alice.get(two + "/revisions/current/related")["changes"]
        self.assertEqual([change["commit"]["subject"] for change in related], ["Change b", "Change a"])
        self.assertIn("already based", self.assert_refused(409, self.alice.post, two + "/rebase", json={}))
        alone = self.with_file("c", "3\n")
        self.assertEqual(self.alice.post(alone + "/move", json={"destination_branch": "stable"})["branch"], "stable")
        self.assert_refused(409, self.alice.post, alone + "/move", json={"destination_branch": "stable"})
        for change in two, one:
            api("bob").post(change + "/revisions/current/review", json={"labels": {"Code-Review": 2, "Verified": 1}})
        self.assertEqual(self.alice.post(two + "/submit")["status"], "MERGED")
        self.assertEqual(self.alice.get(one)["status"], "MERGED")

    def test_contents_patch_and_actions(self):
        path = self.with_file("dir/a.txt", "one\ntwo\n")
        revision = path + "/revisions/current"
        self.assertEqual(base64.b64decode(self.alice.get(revision + "/files/dir%2Fa.txt/content")), b"one\ntwo\n")
        self.assertIn(b"+two\n", base64.b64decode(self.alice.get(revision + "/patch")))
        info = self.alice.get(path + "?o=CURRENT_REVISION&o=CURRENT_ACTIONS&o=CURRENT_FILES")
        current = info["revisions"][info["current_revision"]]
        self.assertTrue(current["actions"]["cherrypick"]["enabled"])
        self.assertEqual(current["actions"], self.alice.get(revision + "/actions"))
        self.assertEqual(current["files"]["dir/a.txt"]["lines_inserted"], 2)

    def test_the_message_and_a_vote(self):
        path = self.with_file("a", "1\n")
        footer = "\n\nChange-Id: " + self.alice.get(path)["change_id"] + "\n"
        self.alice.put(path + "/message", json={"message": "Another" + footer})
        self.assertEqual(self.alice.get(path)["subject"], "Another")
        self.alice.put(path + "/edit:message", json={"message": "A third" + footer})
        self.assertEqual(base64.b64decode(self.alice.get(path + "/edit:message")).decode(), "A third" + footer)
        self.alice.delete(path + "/edit")
        self.assert_refused(409, self.alice.put, path + "/message", json={"message": "No id"})
        api("bob").post(path + "/revisions/current/review", json={"labels": {"Code-Review": -1}})
        self.assertEqual(self.alice.get(path + "/reviewers/bob/votes"), {"Code-Review": -1})
        self.alice.delete(path + "/reviewers/bob/votes/Code-Review")
        self.assertEqual(self.alice.get(path + "/reviewers/bob/votes"), {})
        self.assertRegex(self.alice.get("/tools/hooks/commit-msg"), "^#!/bin/sh\n")

    def test_what_it_does_not_have(self):
        change = self.create()
        for path in "/drafts", "/suggest_reviewers?q=a", "/check":
            self.assertIn("does not have", self.assert_refused(501, self.alice.get, "/changes/" + change["id"] + path))
        self.assertIn("does not have", self.assert_refused(501, self.alice.get, "/changes/?q=has:draft"))
        self.alice.post("/changes/" + change["id"] + "/abandon", json={"message": "no", "no_such_field": 1})

    def test_accounts(self):
        self.assertEqual(self.alice.get("/accounts/self")["username"], "alice")
        self.assert_refused(403, api(None).get, "/accounts/self")
        self.assert_refused(404, self.alice.get, "/accounts/" + uuid.uuid4().hex)
        self.assertRegex(api(None).get("/config/server/version"), r"^\d+\.\d+")

    def test_a_patch_set_is_seeded(self):
        change = self.create()
        sha = uuid.uuid4().hex + "00000000"
        seed = {"changes": [{"project": self.project, "branch": "master", "_number": change["_number"],
                             "revisions": [{"revision": sha, "files": ["a.txt"]}]}]}
        Session().post(os.environ["FAKEGERRITSERVER"] + "/admin/seed", json=seed).raise_for_status()
        info = self.alice.get("/changes/%d/?o=CURRENT_REVISION&o=CURRENT_FILES" % change["_number"])
        self.assertEqual(info["current_revision"], sha)
        self.assertEqual(list(info["revisions"][sha]["files"]), ["a.txt"])
        self.assertEqual(info["revisions"][sha]["fetch"]["http"]["url"], "http://git.test/repo/" + self.project)


if __name__ == "__main__":
    unittest.main()
