// Package gogithub has fakeghserver as go-github, a client of GitHub's API in Go, sees it.
package gogithub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v66/github"
)

const (
	base  = "1111111111111111111111111111111111111111"
	topic = "2222222222222222222222222222222222222222"
)

var ctx = context.Background()

func client(t *testing.T, login string) *github.Client {
	t.Helper()
	c, err := github.NewClient(nil).WithAuthToken("login:"+login).WithEnterpriseURLs(os.Getenv("FAKEGHSERVER"), os.Getenv("FAKEGHSERVER"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seed makes the repository go/<name of the test> and gives back the name.
func seed(t *testing.T) string {
	t.Helper()
	body := `{"repositories": [{"full_name": "go/` + t.Name() + `", "branches": {"main": "` + base + `", "topic": "` + topic + `"},
	  "commits": [{"sha": "` + base + `", "message": "base"}, {"sha": "` + topic + `", "message": "topic", "parents": ["` + base + `"]}]}]}`
	answer, err := http.Post(os.Getenv("FAKEGHSERVER")+"/admin/seed", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		text, _ := io.ReadAll(answer.Body)
		t.Fatalf("%s: %s", answer.Status, text)
	}
	return t.Name()
}

func must[T any](t *testing.T) func(T, *github.Response, error) T {
	return func(value T, _ *github.Response, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func refused(t *testing.T, err error, status int) *github.ErrorResponse {
	t.Helper()
	var response *github.ErrorResponse
	if !errors.As(err, &response) || response.Response.StatusCode != status {
		t.Fatalf("got %v, want status %d", err, status)
	}
	return response
}

func TestRepositories(t *testing.T) {
	c := client(t, "go-bob")
	equal(t, must[*github.User](t)(c.Users.Get(ctx, "")).GetLogin(), "go-bob")
	repo := must[*github.Repository](t)(c.Repositories.Create(ctx, "", &github.Repository{Name: github.String("mine"), AutoInit: github.Bool(true)}))
	equal(t, repo.GetFullName(), "go-bob/mine")
	equal(t, must[*github.Repository](t)(c.Repositories.Create(ctx, "go-org", &github.Repository{Name: github.String("tool")})).GetOwner().GetType(), "Organization")
	equal(t, must[*github.Branch](t)(c.Repositories.GetBranch(ctx, "go-bob", "mine", "main", 0)).GetCommit().GetCommit().GetMessage(), "Initial commit")
	_, err := c.Repositories.Delete(ctx, "go-bob", "mine")
	equal(t, err, nil)
	_, _, err = c.Repositories.Get(ctx, "go-bob", "mine")
	refused(t, err, 404)
	if must[*github.RateLimits](t)(c.RateLimit.Get(ctx)).GetCore().Remaining <= 0 {
		t.Error("nothing is left of the rate limit")
	}
}

func TestGit(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	commit := must[*github.Commit](t)(c.Git.CreateCommit(ctx, "go", repo, &github.Commit{Message: github.String("next"), Tree: &github.Tree{SHA: github.String("4b825dc642cb6eb9a060e54bf8d69288fbee4904")}, Parents: []*github.Commit{{SHA: github.String(topic)}}}, nil))
	ref := &github.Reference{Ref: github.String("refs/heads/a/b"), Object: &github.GitObject{SHA: github.String(topic)}}
	must[*github.Reference](t)(c.Git.CreateRef(ctx, "go", repo, ref))
	ref.Object.SHA = commit.SHA
	equal(t, must[*github.Reference](t)(c.Git.UpdateRef(ctx, "go", repo, ref, false)).GetObject().GetSHA(), commit.GetSHA())
	equal(t, must[*github.Reference](t)(c.Git.GetRef(ctx, "go", repo, "heads/a/b")).GetRef(), "refs/heads/a/b")
	equal(t, len(must[[]*github.Reference](t)(c.Git.ListMatchingRefs(ctx, "go", repo, &github.ReferenceListOptions{Ref: "heads/"}))), 3)
	equal(t, len(must[[]*github.RepositoryCommit](t)(c.Repositories.ListCommits(ctx, "go", repo, &github.CommitsListOptions{SHA: "a/b"}))), 3)
	equal(t, must[*github.RepositoryCommit](t)(c.Repositories.GetCommit(ctx, "go", repo, "topic", nil)).GetSHA(), topic)
	ref.Object.SHA = github.String(base)
	_, _, err := c.Git.UpdateRef(ctx, "go", repo, ref, false)
	refused(t, err, 422)
	_, err = c.Git.DeleteRef(ctx, "go", repo, "heads/a/b")
	equal(t, err, nil)
}

func TestStatuses(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	for _, state := range []string{"pending", "success"} {
		status := must[*github.RepoStatus](t)(c.Repositories.CreateStatus(ctx, "go", repo, topic, &github.RepoStatus{State: &state, Context: github.String("ci")}))
		equal(t, status.GetState(), state)
	}
	combined := must[*github.CombinedStatus](t)(c.Repositories.GetCombinedStatus(ctx, "go", repo, "topic", nil))
	equal(t, combined.GetState(), "success")
	equal(t, combined.GetTotalCount(), 1)
	equal(t, len(must[[]*github.RepoStatus](t)(c.Repositories.ListStatuses(ctx, "go", repo, topic, nil))), 2)
	_, _, err := c.Repositories.CreateStatus(ctx, "go", repo, topic, &github.RepoStatus{State: github.String("green")})
	equal(t, refused(t, err, 422).Errors[0].Field, "state")
}

func TestIssues(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	issue := must[*github.Issue](t)(c.Issues.Create(ctx, "go", repo, &github.IssueRequest{Title: github.String("t"), Labels: &[]string{"bug"}}))
	equal(t, issue.GetNumber(), 1)
	equal(t, issue.IsPullRequest(), false)
	comment := must[*github.IssueComment](t)(c.Issues.CreateComment(ctx, "go", repo, 1, &github.IssueComment{Body: github.String("hi")}))
	must[*github.IssueComment](t)(c.Issues.EditComment(ctx, "go", repo, comment.GetID(), &github.IssueComment{Body: github.String("ho")}))
	equal(t, must[[]*github.IssueComment](t)(c.Issues.ListComments(ctx, "go", repo, 1, nil))[0].GetBody(), "ho")
	_, err := c.Issues.DeleteComment(ctx, "go", repo, comment.GetID())
	equal(t, err, nil)
	equal(t, len(must[[]*github.Label](t)(c.Issues.AddLabelsToIssue(ctx, "go", repo, 1, []string{"lgtm", "approved"}))), 3)
	_, err = c.Issues.RemoveLabelForIssue(ctx, "go", repo, 1, "lgtm")
	equal(t, err, nil)
	_, err = c.Issues.RemoveLabelForIssue(ctx, "go", repo, 1, "lgtm")
	refused(t, err, 404)
	equal(t, len(must[[]*github.Label](t)(c.Issues.ReplaceLabelsForIssue(ctx, "go", repo, 1, []string{"x"}))), 1)
	must[*github.Label](t)(c.Issues.CreateLabel(ctx, "go", repo, &github.Label{Name: github.String("kind/x"), Color: github.String("00ff00")}))
	equal(t, must[*github.Label](t)(c.Issues.GetLabel(ctx, "go", repo, "kind/x")).GetColor(), "00ff00")
	equal(t, must[*github.Issue](t)(c.Issues.Edit(ctx, "go", repo, 1, &github.IssueRequest{State: github.String("closed")})).GetState(), "closed")
	equal(t, len(must[[]*github.Issue](t)(c.Issues.ListByRepo(ctx, "go", repo, nil))), 0)
	equal(t, len(must[[]*github.Issue](t)(c.Issues.ListByRepo(ctx, "go", repo, &github.IssueListByRepoOptions{State: "all", Labels: []string{"x"}}))), 1)
}

func TestPullRequests(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	pull := must[*github.PullRequest](t)(c.PullRequests.Create(ctx, "go", repo, &github.NewPullRequest{Title: github.String("t"), Head: github.String("topic"), Base: github.String("main")}))
	equal(t, pull.GetHead().GetSHA(), topic)
	equal(t, pull.GetMergeable(), true)
	equal(t, must[*github.Issue](t)(c.Issues.Get(ctx, "go", repo, 1)).IsPullRequest(), true)
	equal(t, len(must[[]*github.RepositoryCommit](t)(c.PullRequests.ListCommits(ctx, "go", repo, 1, nil))), 1)
	equal(t, len(must[[]*github.CommitFile](t)(c.PullRequests.ListFiles(ctx, "go", repo, 1, nil))), 0)
	must[*github.PullRequest](t)(c.PullRequests.RequestReviewers(ctx, "go", repo, 1, github.ReviewersRequest{Reviewers: []string{"bob"}}))
	equal(t, must[*github.Reviewers](t)(c.PullRequests.ListReviewers(ctx, "go", repo, 1, nil)).Users[0].GetLogin(), "bob")
	must[*github.PullRequestReview](t)(client(t, "bob").PullRequests.CreateReview(ctx, "go", repo, 1, &github.PullRequestReviewRequest{Event: github.String("APPROVE")}))
	equal(t, must[[]*github.PullRequestReview](t)(c.PullRequests.ListReviews(ctx, "go", repo, 1, nil))[0].GetState(), "APPROVED")
	_, _, err := c.PullRequests.Merge(ctx, "go", repo, 1, "", &github.PullRequestOptions{SHA: base})
	refused(t, err, 409)
	equal(t, must[*github.PullRequestMergeResult](t)(c.PullRequests.Merge(ctx, "go", repo, 1, "", nil)).GetMerged(), true)
	equal(t, must[bool](t)(c.PullRequests.IsMerged(ctx, "go", repo, 1)), true)
	_, _, err = c.PullRequests.Merge(ctx, "go", repo, 1, "", nil)
	refused(t, err, 405)
	equal(t, len(must[[]*github.PullRequest](t)(c.PullRequests.List(ctx, "go", repo, &github.PullRequestListOptions{State: "all", Head: "go:topic"}))), 1)
}

func TestPaging(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	for i := 0; i < 25; i++ {
		must[*github.Issue](t)(c.Issues.Create(ctx, "go", repo, &github.IssueRequest{Title: github.String("t")}))
	}
	count, options := 0, &github.IssueListByRepoOptions{ListOptions: github.ListOptions{PerPage: 10}}
	for pages := 1; ; pages++ {
		issues, response, err := c.Issues.ListByRepo(ctx, "go", repo, options)
		if err != nil {
			t.Fatal(err)
		}
		count += len(issues)
		if response.NextPage == 0 {
			equal(t, pages, 3)
			break
		}
		equal(t, response.LastPage, 3)
		options.Page = response.NextPage
	}
	equal(t, count, 25)
}

func TestNotModified(t *testing.T) {
	repo := seed(t)
	url := os.Getenv("FAKEGHSERVER") + "/repos/go/" + repo
	first, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	first.Body.Close()
	request, _ := http.NewRequest("GET", url, nil)
	request.Header.Set("If-None-Match", first.Header.Get("ETag"))
	second, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	second.Body.Close()
	equal(t, second.StatusCode, http.StatusNotModified)
}

// Each event must pass go-github's check of the signature and be one that it can read.
func TestHooks(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	events := make(chan any, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := github.ValidatePayload(r, []byte("s"))
		if err != nil {
			t.Errorf("%s: %v", github.WebHookType(r), err)
		}
		event, err := github.ParseWebHook(github.WebHookType(r), body)
		if err != nil {
			t.Errorf("%s: %v", github.WebHookType(r), err)
		}
		events <- event
	}))
	defer receiver.Close()
	next := func() any {
		select {
		case event := <-events:
			return event
		case <-time.After(time.Minute):
			t.Fatal("no event came")
			return nil
		}
	}
	config := &github.HookConfig{URL: &receiver.URL, Secret: github.String("s"), ContentType: github.String("form")}
	hook := must[*github.Hook](t)(c.Repositories.CreateHook(ctx, "go", repo, &github.Hook{Config: config, Events: []string{"*"}}))
	equal(t, next().(*github.PingEvent).GetHookID(), hook.GetID())
	must[*github.Issue](t)(c.Issues.Create(ctx, "go", repo, &github.IssueRequest{Title: github.String("t")}))
	equal(t, next().(*github.IssuesEvent).GetAction(), "opened")
	must[*github.IssueComment](t)(c.Issues.CreateComment(ctx, "go", repo, 1, &github.IssueComment{Body: github.String("/test")}))
	equal(t, next().(*github.IssueCommentEvent).GetComment().GetBody(), "/test")
	must[*github.PullRequest](t)(c.PullRequests.Create(ctx, "go", repo, &github.NewPullRequest{Title: github.String("t"), Head: github.String("topic"), Base: github.String("main")}))
	equal(t, next().(*github.PullRequestEvent).GetPullRequest().GetHead().GetSHA(), topic)
	must[*github.RepoStatus](t)(c.Repositories.CreateStatus(ctx, "go", repo, topic, &github.RepoStatus{State: github.String("success")}))
	equal(t, next().(*github.StatusEvent).GetSHA(), topic)
	must[*github.PullRequestReview](t)(client(t, "bob").PullRequests.CreateReview(ctx, "go", repo, 2, &github.PullRequestReviewRequest{Event: github.String("APPROVE")}))
	equal(t, next().(*github.PullRequestReviewEvent).GetReview().GetState(), "approved")
	must[*github.Reference](t)(c.Git.CreateRef(ctx, "go", repo, &github.Reference{Ref: github.String("refs/heads/x"), Object: &github.GitObject{SHA: github.String(base)}}))
	equal(t, next().(*github.CreateEvent).GetRef(), "x")
	equal(t, next().(*github.PushEvent).GetAfter(), base)
	_, err := c.Repositories.PingHook(ctx, "go", repo, hook.GetID())
	equal(t, err, nil)
	next()
	equal(t, len(must[[]*github.HookDelivery](t)(c.Repositories.ListHookDeliveries(ctx, "go", repo, hook.GetID(), nil))), 9)
	_, err = c.Repositories.DeleteHook(ctx, "go", repo, hook.GetID())
	equal(t, err, nil)
}

func TestErrors(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	_, _, err := c.Issues.Get(ctx, "go", repo, 99)
	equal(t, refused(t, err, 404).Message, "Not Found")
	_, _, err = c.Issues.Create(ctx, "go", repo, &github.IssueRequest{})
	equal(t, refused(t, err, 422).Errors[0].Code, "missing_field")
}
