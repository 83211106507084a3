"""fakegitserver as dulwich, a git client in Python, sees it."""

import io
import json
import os
import tempfile
import unittest
import urllib.request

from dulwich import porcelain

SERVER = os.environ["FAKEGITSERVER"]
HELLO = "echo hello > README; git add README; git commit -qm initial; git tag v1"
HELLO_COMMIT = b"1a6d7c7595c9c517444bf0e301bf11238f1cc8cb"


def set_up(name, script=HELLO):
    body = json.dumps({"name": name, "script": script, "overwrite": True}).encode()
    with urllib.request.urlopen(urllib.request.Request(SERVER + "/setup-repo", data=body)) as answer:
        return answer.read().decode()


class Dulwich(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.name = "dulwich/" + self.id().split(".")[-1]
        self.url = SERVER + "/repo/" + self.name

    def clone(self, name="work", **options):
        repo = porcelain.clone(self.url, os.path.join(self.dir.name, name), errstream=io.BytesIO(), **options)
        self.addCleanup(repo.close)
        return repo

    def commit(self, repo, file, text):
        path = os.path.join(repo.path, file)
        with open(path, "w") as out:
            out.write(text)
        porcelain.add(repo, [path])
        return porcelain.commit(repo, message=b"from dulwich", author=b"a <a@b>", committer=b"a <a@b>")

    def test_clone(self):
        set_up(self.name)
        repo = self.clone()
        self.assertEqual(repo.head(), HELLO_COMMIT)
        with open(os.path.join(repo.path, "README")) as readme:
            self.assertEqual(readme.read(), "hello\n")

    def test_refs(self):
        set_up(self.name)
        refs = porcelain.ls_remote(self.url)
        refs = getattr(refs, "refs", refs)
        self.assertEqual(refs[b"refs/heads/master"], HELLO_COMMIT)
        self.assertIn(b"refs/tags/v1", refs)

    def test_push_and_fetch_back(self):
        set_up(self.name)
        repo = self.clone()
        commit = self.commit(repo, "new", "text")
        porcelain.push(repo, self.url, b"master:refs/heads/feature", errstream=io.BytesIO(), outstream=io.BytesIO())
        refs = porcelain.ls_remote(self.url)
        self.assertEqual(getattr(refs, "refs", refs)[b"refs/heads/feature"], commit)
        other = self.clone("other")
        porcelain.fetch(other, self.url, errstream=io.BytesIO(), outstream=io.StringIO())
        self.assertIn(commit, other.object_store)

    def test_shallow_clone(self):
        set_up(self.name, "for i in 1 2 3; do git commit -q --allow-empty -m $i; done")
        repo = self.clone(depth=1)
        self.assertEqual(len(list(repo.get_walker())), 1)

    def test_a_repository_that_is_not_there(self):
        with self.assertRaises(Exception):
            self.clone()


if __name__ == "__main__":
    unittest.main()
