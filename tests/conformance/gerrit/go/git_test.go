package gerrit_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andygrunwald/go-gerrit"
)

// changeWith is a change of a project's with a file in it.
func changeWith(t *testing.T, c *gerrit.Client, project, file, content string) *gerrit.ChangeInfo {
	t.Helper()
	change, _, err := c.Changes.CreateChange(ctx, &gerrit.ChangeInput{Project: project, Branch: "master", Subject: "Change " + file})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Changes.ChangeFileContentInChangeEdit(ctx, change.ID, file, content); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Changes.PublishChangeEdit(ctx, change.ID, "NONE"); err != nil {
		t.Fatal(err)
	}
	return change
}

func submit(t *testing.T, c *gerrit.Client, change *gerrit.ChangeInfo) {
	t.Helper()
	if _, _, err := c.Changes.SetReview(ctx, change.ID, "current", &gerrit.ReviewInput{Labels: map[string]int{"Code-Review": 2}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Changes.SubmitChange(ctx, change.ID, &gerrit.SubmitInput{}); err != nil {
		t.Fatal(err)
	}
}

func newProject(t *testing.T) (*gerrit.Client, string) {
	t.Helper()
	c := client(t, "alice")
	project := fmt.Sprintf("go/%s-%d", strings.ToLower(t.Name()), time.Now().UnixNano())
	if _, _, err := c.Projects.CreateProject(ctx, project, &gerrit.ProjectInput{CreateEmptyCommit: true}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Projects.CreateBranch(ctx, project, "stable", &gerrit.BranchInput{Revision: "master"}); err != nil {
		t.Fatal(err)
	}
	return c, project
}

func TestFilesDiffAndPatch(t *testing.T) {
	c, project := newProject(t)
	change := changeWith(t, c, project, "dir/ü b.txt", "one\ntwo\n")
	files, _, err := c.Changes.ListFiles(ctx, change.ID, "current", nil)
	if err != nil || files["dir/ü b.txt"].LinesInserted != 2 || files["dir/ü b.txt"].Status != "A" {
		t.Errorf("the files are %+v, %v", files, err)
	}
	// go-gerrit takes contents and patches for JSON, which Gerrit's are not.
	base64Of := func(path string) string {
		t.Helper()
		response, err := http.Get(os.Getenv("FAKEGERRITSERVER") + "/changes/" + change.ID + "/revisions/current/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, response.Body))
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	if content := base64Of("files/dir%2F%C3%BC+b.txt/content"); content != "one\ntwo\n" {
		t.Errorf("the content is %q", content)
	}
	if patch := base64Of("patch"); !strings.Contains(patch, "+two\n") {
		t.Errorf("the patch is %q", patch)
	}
	if response, err := c.Changes.GetContentType(ctx, change.ID, "current", "dir/ü b.txt"); err != nil || response.Header.Get("X-FYI-Content-Type") != "text/plain" {
		t.Errorf("the content's type is %v, %v", response, err)
	}
	diff, _, err := c.Changes.GetDiff(ctx, change.ID, "current", "dir/ü b.txt", &gerrit.DiffOptions{Context: "ALL"})
	if err != nil || diff.ChangeType != "ADDED" || len(diff.Content) != 1 || len(diff.Content[0].B) != 2 {
		t.Errorf("the difference is %+v, %v", diff, err)
	}
	_, response, err := c.Changes.GetPatch(ctx, change.ID, "current", &gerrit.PatchOptions{Zip: true})
	status(t, http.StatusNotImplemented, response, err)
	if of, _, err := c.Changes.GetSubmitType(ctx, change.ID, "current"); err != nil || !strings.Contains(of, "MERGE_IF_NECESSARY") {
		t.Errorf("the submit type is %v, %v", of, err)
	}
}

func TestRebase(t *testing.T) {
	c, project := newProject(t)
	one, two := changeWith(t, c, project, "a", "1\n"), changeWith(t, c, project, "b", "2\n")
	three := changeWith(t, c, project, "a", "3\n")
	_, response, err := c.Changes.RebaseChange(ctx, two.ID, &gerrit.RebaseInput{})
	status(t, http.StatusConflict, response, err)
	submit(t, c, one)
	rebased, _, err := c.Changes.RebaseChange(ctx, two.ID, &gerrit.RebaseInput{})
	if err != nil {
		t.Fatal(err)
	}
	branch, _, err := c.Projects.GetBranch(ctx, project, "master")
	if err != nil {
		t.Fatal(err)
	}
	if commit := rebased.Revisions[rebased.CurrentRevision].Commit; commit.Parents[0].Commit != branch.Revision {
		t.Errorf("it is based on %+v and not on %s", commit.Parents, branch.Revision)
	}
	_, response, err = c.Changes.RebaseChange(ctx, three.ID, &gerrit.RebaseInput{})
	status(t, http.StatusConflict, response, err)
}

func TestCherryPickMoveAndRevert(t *testing.T) {
	c, project := newProject(t)
	one := changeWith(t, c, project, "a", "1\n")
	picked, _, err := c.Changes.CherryPickRevision(ctx, one.ID, "current", &gerrit.CherryPickInput{Destination: "stable", Message: "Backport"})
	if err != nil || picked.Branch != "stable" || picked.CherryPickOfChange != one.Number {
		t.Fatalf("it is picked as %+v, %v", picked, err)
	}
	moved, _, err := c.Changes.MoveChange(ctx, picked.ID, &gerrit.MoveInput{DestinationBranch: "master"})
	if err != nil || moved.Branch != "master" {
		t.Errorf("it is moved as %+v, %v", moved, err)
	}
	_, response, err := c.Changes.RevertChange(ctx, one.ID, &gerrit.RevertInput{})
	status(t, http.StatusConflict, response, err)
	submit(t, c, one)
	reverted, _, err := c.Changes.RevertChange(ctx, one.ID, &gerrit.RevertInput{Message: "Not this"})
	if err != nil || reverted.Subject != "Not this" || reverted.RevertOf != one.Number {
		t.Errorf("it is reverted as %+v, %v", reverted, err)
	}
}

func TestSubmittedTogetherAndActions(t *testing.T) {
	c, project := newProject(t)
	one := changeWith(t, c, project, "a", "1\n")
	two, _, err := c.Changes.CreateChange(ctx, &gerrit.ChangeInput{Project: project, Branch: "master", Subject: "Two", BaseChange: one.ID})
	if err != nil {
		t.Fatal(err)
	}
	together, _, err := c.Changes.ChangesSubmittedTogether(ctx, two.ID)
	if err != nil || len(*together) != 2 || (*together)[0].Number != two.Number {
		t.Errorf("together are %+v, %v", together, err)
	}
	actions, _, err := c.Changes.GetRevisionActions(ctx, one.ID, "current")
	if err != nil || !(*actions)["cherrypick"].Enabled {
		t.Errorf("the actions are %+v, %v", actions, err)
	}
	info, _, err := c.Changes.GetChange(ctx, one.ID, &gerrit.ChangeOptions{AdditionalFields: []string{"CURRENT_REVISION", "CURRENT_ACTIONS"}})
	if err != nil || !info.Revisions[info.CurrentRevision].Actions["cherrypick"].Enabled {
		t.Errorf("the change is %+v, %v", info, err)
	}
}

func TestEditsMessagesAndVotes(t *testing.T) {
	c, project := newProject(t)
	change := changeWith(t, c, project, "a", "1\n")
	message := &gerrit.CommitMessageInput{Message: "Other\n\nChange-Id: " + change.ChangeID}
	if _, err := c.Changes.SetCommitMessage(ctx, change.ID, message); err != nil {
		t.Error(err)
	}
	if _, err := c.Changes.ChangeCommitMessageInChangeEdit(ctx, change.ID, &gerrit.ChangeEditMessageInput{Message: "Third\n\nChange-Id: " + change.ChangeID}); err != nil {
		t.Error(err)
	}
	edit, _, err := c.Changes.GetChangeEditDetails(ctx, change.ID, nil)
	if err != nil || edit.Commit.Subject != "Third" {
		t.Errorf("the edit is %+v, %v", edit, err)
	}
	if _, err := c.Changes.DeleteFileInChangeEdit(ctx, change.ID, "a"); err != nil {
		t.Error(err)
	}
	if _, err := c.Changes.DeleteChangeEdit(ctx, change.ID); err != nil {
		t.Error(err)
	}
	if info, _, err := c.Changes.GetChange(ctx, change.ID, nil); err != nil || info.Subject != "Other" {
		t.Errorf("the change is %+v, %v", info, err)
	}
	if _, _, err := client(t, "bob").Changes.SetReview(ctx, change.ID, "current", &gerrit.ReviewInput{Labels: map[string]int{"Code-Review": 2}}); err != nil {
		t.Fatal(err)
	}
	if votes, _, err := c.Changes.ListVotes(ctx, change.ID, "bob"); err != nil || votes["Code-Review"] != 2 {
		t.Errorf("the votes are %v, %v", votes, err)
	}
	if _, err := c.Changes.DeleteVote(ctx, change.ID, "bob", "Code-Review", &gerrit.DeleteVoteInput{}); err != nil {
		t.Error(err)
	}
	if _, err := c.Changes.DeleteChange(ctx, change.ID); err != nil {
		t.Error(err)
	}
}

func TestWhatItHasNotIsSaid(t *testing.T) {
	c, _, change := fixture(t)
	_, response, err := c.Changes.ListChangeDrafts(ctx, change.ID)
	status(t, http.StatusNotImplemented, response, err)
	_, response, err = c.Changes.SuggestReviewers(ctx, change.ID, nil)
	status(t, http.StatusNotImplemented, response, err)
	_, response, err = c.Groups.GetGroup(ctx, "Administrators")
	status(t, http.StatusNotImplemented, response, err)
	_, response, err = c.Changes.GetChange(ctx, change.ID, &gerrit.ChangeOptions{AdditionalFields: []string{"CHECK"}})
	status(t, http.StatusNotImplemented, response, err)
}

// TestCommitMessageHook runs the hook that the server gives out in git itself.
func TestCommitMessageHook(t *testing.T) {
	response, err := http.Get(os.Getenv("FAKEGERRITSERVER") + "/tools/hooks/commit-msg")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		command := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@t"}, args...)...)
		command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_EDITOR=true")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	git("init", "-q")
	hook, err := os.OpenFile(filepath.Join(dir, ".git/hooks/commit-msg"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hook.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	hook.Close()
	commit := func(message string, more ...string) string {
		t.Helper()
		git(append([]string{"commit", "-q", "--allow-empty", "--cleanup=strip", "-m", message}, more...)...)
		return strings.TrimRight(git("log", "-1", "--format=%B"), "\n")
	}
	id := func(message string) string {
		t.Helper()
		for _, line := range strings.Split(message, "\n") {
			if strings.HasPrefix(line, "Change-Id: I") && len(line) == len("Change-Id: I")+40 {
				return line
			}
		}
		t.Fatalf("there is no Change-Id in %q", message)
		return ""
	}
	first := commit("Subject\n\nBody with http://a: b")
	if first != "Subject\n\nBody with http://a: b\n\n"+id(first) {
		t.Errorf("a message becomes %q", first)
	}
	if amended := commit(first, "--amend"); amended != first {
		t.Errorf("an amended one becomes %q", amended)
	}
	if second := commit("Subject"); id(second) == id(first) || second != "Subject\n\n"+id(second) {
		t.Errorf("a subject becomes %q", second)
	}
	if signed := commit("Subject\n\nBug: 1\nSigned-off-by: t <t@t>"); signed != "Subject\n\nBug: 1\n"+id(signed)+"\nSigned-off-by: t <t@t>" {
		t.Errorf("one with footers becomes %q", signed)
	}
	if subject := commit("feat: a subject with a colon"); subject != "feat: a subject with a colon\n\n"+id(subject) {
		t.Errorf("a subject with a colon becomes %q", subject)
	}
	for _, message := range []string{"fixup! Subject", "squash! Subject", "amend! Subject"} {
		if fixup := commit(message); fixup != message {
			t.Errorf("%q becomes %q", message, fixup)
		}
	}
	git("config", "gerrit.createChangeId", "false")
	if plain := commit("Subject"); plain != "Subject" {
		t.Errorf("without an id it becomes %q", plain)
	}
}

// TestFetch clones a project and fetches a patch set, as RevisionInfo says where.
func TestFetch(t *testing.T) {
	c, project := newProject(t)
	one := changeWith(t, c, project, "dir/a", "1\n")
	submit(t, c, one)
	two := changeWith(t, c, project, "b", "2\n")
	info, _, err := c.Changes.GetChange(ctx, two.ID, &gerrit.ChangeOptions{AdditionalFields: []string{"CURRENT_REVISION"}})
	if err != nil {
		t.Fatal(err)
	}
	fetch := info.Revisions[info.CurrentRevision].Fetch["http"]
	dir := t.TempDir()
	script := fmt.Sprintf("git clone -q %s %s && cd %s && cat dir/a && git fetch -q --depth=1 %s %s && git show FETCH_HEAD:b && git rev-parse FETCH_HEAD",
		fetch.URL, dir, dir, fetch.URL, fetch.Ref)
	command := exec.Command("sh", "-c", script)
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0")
	if out, err := command.CombinedOutput(); err != nil || string(out) != "1\n2\n"+info.CurrentRevision+"\n" {
		t.Errorf("git gives %v\n%s", err, out)
	}
	push := exec.Command("git", "-C", dir, "push", "origin", "HEAD:refs/for/master")
	push.Env = command.Env
	if out, err := push.CombinedOutput(); err == nil || !strings.Contains(string(out), "501") {
		t.Errorf("a push gives %v\n%s", err, out)
	}
}
