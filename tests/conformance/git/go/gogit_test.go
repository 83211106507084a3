// Package gogit has fakegitserver as go-git, a git client in Go, sees it.
package gogit

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-billy/v5/memfs"
	"github.com/go-git/go-billy/v5/util"
	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/memory"
)

const helloCommit = "1a6d7c7595c9c517444bf0e301bf11238f1cc8cb"

func setUp(t *testing.T, script string) string {
	t.Helper()
	name := "gogit/" + t.Name()
	body, _ := json.Marshal(map[string]any{"name": name, "script": script, "overwrite": true})
	answer, err := http.Post(os.Getenv("FAKEGITSERVER")+"/setup-repo", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", answer.Status, text)
	}
	return os.Getenv("FAKEGITSERVER") + "/repo/" + name
}

func clone(t *testing.T, options *git.CloneOptions) *git.Repository {
	t.Helper()
	repo, err := git.Clone(memory.NewStorage(), memfs.New(), options)
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

const hello = "echo hello > README; git add README; git commit -qm initial"

func TestClone(t *testing.T) {
	repo := clone(t, &git.CloneOptions{URL: setUp(t, hello)})
	head, err := repo.Head()
	if err != nil || head.Hash().String() != helloCommit {
		t.Fatalf("HEAD is %v (%v)", head, err)
	}
}

func TestShallowClone(t *testing.T) {
	repo := clone(t, &git.CloneOptions{URL: setUp(t, "for i in 1 2 3; do git commit -q --allow-empty -m $i; done"), Depth: 1})
	commits, err := repo.CommitObjects()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	_ = commits.ForEach(func(*object.Commit) error { count++; return nil })
	if count != 1 {
		t.Fatalf("%d commits came", count)
	}
}

func TestPushAndFetchBack(t *testing.T) {
	url := setUp(t, hello)
	repo := clone(t, &git.CloneOptions{URL: url})
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if err := util.WriteFile(tree.Filesystem, "new", []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Add("new"); err != nil {
		t.Fatal(err)
	}
	commit, err := tree.Commit("from go-git", &git.CommitOptions{Author: &object.Signature{Name: "a", Email: "a@b", When: time.Unix(1, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.Push(&git.PushOptions{RefSpecs: []config.RefSpec{"refs/heads/master:refs/heads/feature"}}); err != nil {
		t.Fatal(err)
	}
	other := clone(t, &git.CloneOptions{URL: url, ReferenceName: plumbing.NewBranchReferenceName("feature")})
	if head, _ := other.Head(); head.Hash() != commit {
		t.Fatalf("feature is %v, not %v", head.Hash(), commit)
	}
}

func TestPushOptions(t *testing.T) {
	url := setUp(t, hello)
	repo := clone(t, &git.CloneOptions{URL: url})
	push := &git.PushOptions{RefSpecs: []config.RefSpec{"refs/heads/master:refs/heads/other"}, Options: map[string]string{"ci.skip": "1"}}
	if err := repo.Push(push); err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(os.Getenv("FAKEGITSERVER") + "/admin/requests?path=/repo/gogit/" + t.Name() + "/git-receive-pack")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if journal, _ := io.ReadAll(answer.Body); !strings.Contains(string(journal), "ci.skip=1") || !strings.Contains(string(journal), "refs/heads/other") {
		t.Fatalf("the journal is %s", journal)
	}
}

func TestFetchByCommit(t *testing.T) {
	url := setUp(t, hello+"; git commit -q --allow-empty -m more")
	repo, err := git.Init(memory.NewStorage(), nil)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := repo.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: []string{url}})
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Fetch(&git.FetchOptions{RefSpecs: []config.RefSpec{config.RefSpec(helloCommit + ":refs/heads/it")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.CommitObject(plumbing.NewHash(helloCommit)); err != nil {
		t.Fatal(err)
	}
}

func TestARepositoryThatIsNotThere(t *testing.T) {
	_, err := git.Clone(memory.NewStorage(), nil, &git.CloneOptions{URL: os.Getenv("FAKEGITSERVER") + "/repo/gogit/nope"})
	if err == nil {
		t.Fatal("it was cloned")
	}
}
