// fakegerritserver as go-gerrit sees it. $FAKEGERRITSERVER says where the server is.
package gerrit_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/andygrunwald/go-gerrit"
)

var ctx = context.Background()

// client logs in as go-gerrit does with a URL that has credentials: it tries Digest, then Basic.
func client(t *testing.T, user string) *gerrit.Client {
	t.Helper()
	at, err := url.Parse(os.Getenv("FAKEGERRITSERVER"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := gerrit.NewClient(ctx, fmt.Sprintf("http://%s:secret@%s/", user, at.Host), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fixture is a project of the test's own with a change in it.
func fixture(t *testing.T) (*gerrit.Client, string, *gerrit.ChangeInfo) {
	t.Helper()
	c := client(t, "alice")
	project := fmt.Sprintf("go/%s-%d", strings.ToLower(t.Name()), time.Now().UnixNano())
	if _, _, err := c.Projects.CreateProject(ctx, project, &gerrit.ProjectInput{CreateEmptyCommit: true}); err != nil {
		t.Fatal(err)
	}
	change, _, err := c.Changes.CreateChange(ctx, &gerrit.ChangeInput{Project: project, Branch: "master", Subject: "Change something"})
	if err != nil {
		t.Fatal(err)
	}
	return c, project, change
}

func status(t *testing.T, want int, response *gerrit.Response, err error) {
	t.Helper()
	if err == nil || response == nil || response.StatusCode != want {
		t.Errorf("HTTP %d is expected, not %v (%v)", want, response, err)
	}
}

func TestQuery(t *testing.T) {
	c, project, change := fixture(t)
	options := &gerrit.QueryChangeOptions{}
	options.Query = []string{"project:" + project + "+status:open"}
	options.Limit = 10
	options.AdditionalFields = []string{"CURRENT_REVISION", "CURRENT_COMMIT", "CURRENT_FILES", "MESSAGES", "LABELS"}
	found, _, err := c.Changes.QueryChanges(ctx, options)
	if err != nil {
		t.Fatal(err)
	}
	if len(*found) != 1 {
		t.Fatalf("%d changes are found", len(*found))
	}
	one := (*found)[0]
	revision := one.Revisions[one.CurrentRevision]
	if one.Number != change.Number || one.ID != change.ID || one.Status != "NEW" {
		t.Errorf("the change is %+v", one)
	}
	if revision.Number != 1 || revision.Ref != fmt.Sprintf("refs/changes/%02d/%d/1", one.Number%100, one.Number) {
		t.Errorf("the revision is %+v", revision)
	}
	if revision.Fetch["http"].URL != os.Getenv("FAKEGERRITSERVER")+"/"+project {
		t.Errorf("it is fetched from %q", revision.Fetch["http"].URL)
	}
	if !strings.HasPrefix(revision.Commit.Message, "Change something\n\nChange-Id: "+one.ChangeID) {
		t.Errorf("the message is %q", revision.Commit.Message)
	}
	if len(one.Messages) != 1 || one.Messages[0].RevisionNumber != 1 || time.Since(one.Updated.Time) > time.Hour {
		t.Errorf("messages %+v, updated %v", one.Messages, one.Updated)
	}
}

func TestPages(t *testing.T) {
	c, project, _ := fixture(t)
	for i := 0; i < 2; i++ {
		input := &gerrit.ChangeInput{Project: project, Branch: "master", Subject: fmt.Sprintf("more %d", i)}
		if _, _, err := c.Changes.CreateChange(ctx, input); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[int]bool{}
	for start := 0; ; {
		options := &gerrit.QueryChangeOptions{Start: start}
		options.Query = []string{"project:" + project}
		options.Limit = 2
		page, _, err := c.Changes.QueryChanges(ctx, options)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range *page {
			seen[change.Number] = true
		}
		start += len(*page)
		if len(*page) == 0 || !(*page)[len(*page)-1].MoreChanges {
			break
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d changes are seen", len(seen))
	}
}

func TestReviewAndSubmit(t *testing.T) {
	c, project, change := fixture(t)
	_, response, err := c.Changes.SubmitChange(ctx, change.ID, &gerrit.SubmitInput{})
	status(t, http.StatusConflict, response, err)
	review := &gerrit.ReviewInput{
		Message:  "Fine",
		Labels:   map[string]int{"Code-Review": 2},
		Comments: map[string][]gerrit.CommentInput{"/PATCHSET_LEVEL": {{Message: "/test all"}}},
	}
	result, _, err := client(t, "bob").Changes.SetReview(ctx, change.ID, "current", review)
	if err != nil || result.Labels["Code-Review"] != 2 {
		t.Fatalf("the review gives %+v, %v", result, err)
	}
	_, response, err = c.Changes.SetReview(ctx, change.ID, "current", &gerrit.ReviewInput{Labels: map[string]int{"Quality": 1}})
	status(t, http.StatusBadRequest, response, err)
	comments, _, err := c.Changes.ListChangeComments(ctx, change.ID)
	if err != nil || (*comments)["/PATCHSET_LEVEL"][0].Message != "/test all" || (*comments)["/PATCHSET_LEVEL"][0].PatchSet != 1 {
		t.Errorf("the comments are %+v, %v", comments, err)
	}
	info, _, err := c.Changes.GetChange(ctx, change.ID, &gerrit.ChangeOptions{AdditionalFields: []string{"LABELS", "DETAILED_ACCOUNTS", "SUBMITTABLE"}})
	if err != nil || info.Labels["Code-Review"].Approved.Username != "bob" || !info.Submittable {
		t.Errorf("the change is %+v, %v", info, err)
	}
	merged, _, err := c.Changes.SubmitChange(ctx, change.ID, &gerrit.SubmitInput{WaitForMerge: true})
	if err != nil || merged.Status != "MERGED" || merged.Submitted == nil {
		t.Fatalf("submit gives %+v, %v", merged, err)
	}
	commit, _, err := c.Changes.GetCommit(ctx, change.ID, "current", nil)
	if err != nil {
		t.Fatal(err)
	}
	branch, _, err := c.Projects.GetBranch(ctx, project, "master")
	if err != nil || branch.Revision != commit.Commit {
		t.Errorf("master is %+v, %v, and not %s", branch, err, commit.Commit)
	}
}

func TestRelatedMergeableAndFiles(t *testing.T) {
	c, _, change := fixture(t)
	related, _, err := c.Changes.GetRelatedChanges(ctx, change.ID, "current")
	if err != nil || len(related.Changes) != 0 {
		t.Errorf("related are %+v, %v", related, err)
	}
	mergeable, _, err := c.Changes.GetMergeable(ctx, change.ID, "current", nil)
	if err != nil || !mergeable.Mergeable {
		t.Errorf("mergeable is %+v, %v", mergeable, err)
	}
	files, _, err := c.Changes.ListFiles(ctx, change.ID, "current", nil)
	if err != nil || files["/COMMIT_MSG"].Status != "A" {
		t.Errorf("the files are %+v, %v", files, err)
	}
}

func TestAbandonRestoreTopicAndReviewers(t *testing.T) {
	c, _, change := fixture(t)
	client(t, "bob")
	if info, _, err := c.Changes.AbandonChange(ctx, change.ID, &gerrit.AbandonInput{Message: "no"}); err != nil || info.Status != "ABANDONED" {
		t.Errorf("abandon gives %+v, %v", info, err)
	}
	if info, _, err := c.Changes.RestoreChange(ctx, change.ID, &gerrit.RestoreInput{}); err != nil || info.Status != "NEW" {
		t.Errorf("restore gives %+v, %v", info, err)
	}
	if topic, _, err := c.Changes.SetTopic(ctx, change.ID, &gerrit.TopicInput{Topic: "t"}); err != nil || !strings.Contains(*topic, "t") {
		t.Errorf("the topic is %v, %v", topic, err)
	}
	if tags, _, err := c.Changes.SetHashtags(ctx, change.ID, &gerrit.HashtagsInput{Add: []string{"x"}}); err != nil || len(tags) != 1 {
		t.Errorf("the hashtags are %v, %v", tags, err)
	}
	if _, _, err := c.Changes.AddReviewer(ctx, change.ID, &gerrit.ReviewerInput{Reviewer: "bob"}); err != nil {
		t.Error(err)
	}
	if reviewers, _, err := c.Changes.ListReviewers(ctx, change.ID); err != nil || len(*reviewers) != 1 || (*reviewers)[0].Username != "bob" {
		t.Errorf("the reviewers are %+v, %v", reviewers, err)
	}
}

func TestAccountsProjectsAndServer(t *testing.T) {
	c, project, _ := fixture(t)
	if self, _, err := c.Accounts.GetAccount(ctx, "self"); err != nil || self.Username != "alice" {
		t.Errorf("self is %+v, %v", self, err)
	}
	_, response, err := c.Accounts.GetAccount(ctx, "nobody-at-all")
	status(t, http.StatusNotFound, response, err)
	if info, _, err := c.Projects.GetProject(ctx, project); err != nil || info.Name != project {
		t.Errorf("the project is %+v, %v", info, err)
	}
	_, response, err = c.Projects.CreateProject(ctx, project, &gerrit.ProjectInput{})
	status(t, http.StatusConflict, response, err)
	if made, _, err := c.Projects.CreateBranch(ctx, project, "release", &gerrit.BranchInput{Revision: "master"}); err != nil || made.Ref != "refs/heads/release" {
		t.Errorf("the branch is %+v, %v", made, err)
	}
	if version, _, err := c.Config.GetVersion(ctx); err != nil || version == "" {
		t.Errorf("the version is %q, %v", version, err)
	}
	if _, _, err := c.Config.GetServerInfo(ctx); err != nil {
		t.Error(err)
	}
}

func TestCookie(t *testing.T) {
	c, err := gerrit.NewClient(ctx, os.Getenv("FAKEGERRITSERVER"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Authentication.SetCookieAuth("o", "git-robot=secret")
	if self, _, err := c.Accounts.GetAccount(ctx, "self"); err != nil || self.Username != "git-robot" {
		t.Errorf("self is %+v, %v", self, err)
	}
}
