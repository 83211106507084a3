package gogithub

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v66/github"
)

func seedJSON(t *testing.T, body any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(os.Getenv("FAKEGHSERVER")+"/admin/seed", "application/json", bytes.NewReader(text))
	if err != nil || answer.StatusCode != http.StatusNoContent {
		t.Fatal(err, answer)
	}
	answer.Body.Close()
}

func refusedWith(t *testing.T, status int, response *github.Response, err error) {
	t.Helper()
	if err == nil || response == nil || response.StatusCode != status {
		t.Errorf("%v %v, want %d", response, err, status)
	}
}

func TestRenameAndSettings(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	edited := must[*github.Repository](t)(c.Repositories.Edit(ctx, "go", repo, &github.Repository{Homepage: github.String("https://x"), DeleteBranchOnMerge: github.Bool(true)}))
	if edited.GetHomepage() != "https://x" || !edited.GetDeleteBranchOnMerge() {
		t.Errorf("%v", edited)
	}
	must[[]string](t)(c.Repositories.ReplaceAllTopics(ctx, "go", repo, []string{"kind"}))
	must[*github.Repository](t)(c.Repositories.Edit(ctx, "go", repo, &github.Repository{Name: github.String("Renamed")}))
	if got := must[*github.Repository](t)(c.Repositories.Get(ctx, "go", repo)); got.GetName() != "Renamed" || got.Topics[0] != "kind" {
		t.Errorf("%v", got)
	}
	must[*github.Repository](t)(c.Repositories.Edit(ctx, "go", "Renamed", &github.Repository{Archived: github.Bool(true)}))
	_, response, err := c.Issues.Create(ctx, "go", "Renamed", &github.IssueRequest{Title: github.String("x")})
	refusedWith(t, http.StatusForbidden, response, err)
}

func TestWhatIsNotThere(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	_, response, err := c.Actions.ListWorkflows(ctx, "go", repo, nil)
	refusedWith(t, http.StatusNotImplemented, response, err)
	_, response, err = c.Repositories.Edit(ctx, "go", repo, &github.Repository{MergeCommitTitle: github.String("PR_TITLE")})
	refusedWith(t, http.StatusNotImplemented, response, err)
}

func TestFiles(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	made := must[*github.RepositoryContentResponse](t)(c.Repositories.CreateFile(ctx, "go", repo, "a/b.txt", &github.RepositoryContentFileOptions{
		Message: github.String("m"), Content: []byte("1\n"), Branch: github.String("topic")}))
	must[*github.RepositoryContentResponse](t)(c.Repositories.UpdateFile(ctx, "go", repo, "a/b.txt", &github.RepositoryContentFileOptions{
		Message: github.String("m"), Content: []byte("2\n"), Branch: github.String("topic"), SHA: made.Content.SHA}))
	file, _, _, err := c.Repositories.GetContents(ctx, "go", repo, "a/b.txt", &github.RepositoryContentGetOptions{Ref: "topic"})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := file.GetContent(); text != "2\n" {
		t.Errorf("%q", text)
	}
	_, folder, _, err := c.Repositories.GetContents(ctx, "go", repo, "a", &github.RepositoryContentGetOptions{Ref: "topic"})
	if err != nil || len(folder) != 1 {
		t.Errorf("%v %v", folder, err)
	}
	pull := must[*github.PullRequest](t)(c.PullRequests.Create(ctx, "go", repo, &github.NewPullRequest{Title: github.String("t"), Head: github.String("topic"), Base: github.String("main")}))
	diff := must[string](t)(c.PullRequests.GetRaw(ctx, "go", repo, pull.GetNumber(), github.RawOptions{Type: github.Diff}))
	if !strings.Contains(diff, "+2\n") {
		t.Errorf("%s", diff)
	}
	compared := must[*github.CommitsComparison](t)(c.Repositories.CompareCommits(ctx, "go", repo, "main", "topic", nil))
	if compared.GetAheadBy() != 3 || len(compared.Files) != 1 {
		t.Errorf("%v", compared)
	}
	if sha := must[string](t)(c.Repositories.GetCommitSHA1(ctx, "go", repo, "topic", "")); sha != pull.GetHead().GetSHA() {
		t.Errorf("%s", sha)
	}
	tree := must[*github.Tree](t)(c.Git.GetTree(ctx, "go", repo, "topic", true))
	if len(tree.Entries) != 2 {
		t.Errorf("%v", tree)
	}
	tag := must[*github.Tag](t)(c.Git.CreateTag(ctx, "go", repo, &github.Tag{Tag: github.String("v1"), Message: github.String("m"), Object: &github.GitObject{Type: github.String("commit"), SHA: github.String(base)}}))
	must[*github.Reference](t)(c.Git.CreateRef(ctx, "go", repo, &github.Reference{Ref: github.String("refs/tags/v1"), Object: &github.GitObject{SHA: tag.SHA}}))
	if tags := must[[]*github.RepositoryTag](t)(c.Repositories.ListTags(ctx, "go", repo, nil)); tags[0].GetCommit().GetSHA() != base {
		t.Errorf("%v", tags)
	}
}

func TestPeople(t *testing.T) {
	c := client(t, "alice")
	seedJSON(t, map[string]any{"organizations": []any{map[string]any{"login": "go-people", "members": map[string]string{"ann": "admin", "ben": "member"}}},
		"repositories": []any{map[string]any{"full_name": "go-people/tool", "branches": map[string]string{"main": base}}}})
	member, _, err := c.Organizations.IsMember(ctx, "go-people", "ben")
	if err != nil || !member {
		t.Error(member, err)
	}
	team := must[*github.Team](t)(c.Teams.CreateTeam(ctx, "go-people", github.NewTeam{Name: "Go Team", RepoNames: []string{"go-people/tool"}}))
	must[*github.Membership](t)(c.Teams.AddTeamMembershipBySlug(ctx, "go-people", team.GetSlug(), "ben", &github.TeamAddTeamMembershipOptions{Role: "maintainer"}))
	if members := must[[]*github.User](t)(c.Teams.ListTeamMembersBySlug(ctx, "go-people", team.GetSlug(), nil)); len(members) != 1 {
		t.Errorf("%v", members)
	}
	level := must[*github.RepositoryPermissionLevel](t)(c.Repositories.GetPermissionLevel(ctx, "go-people", "tool", "ben"))
	if level.GetPermission() != "read" {
		t.Errorf("%v", level)
	}
	must[*github.Protection](t)(c.Repositories.UpdateBranchProtection(ctx, "go-people", "tool", "main", &github.ProtectionRequest{EnforceAdmins: true,
		RequiredStatusChecks: &github.RequiredStatusChecks{Strict: true, Contexts: &[]string{"unit"}}}))
	if got := must[*github.Protection](t)(c.Repositories.GetBranchProtection(ctx, "go-people", "tool", "main")); !got.GetEnforceAdmins().Enabled {
		t.Errorf("%v", got)
	}
}

func TestMilestonesReactionsEventsAndSearch(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	milestone := must[*github.Milestone](t)(c.Issues.CreateMilestone(ctx, "go", repo, &github.Milestone{Title: github.String("v1")}))
	must[*github.Issue](t)(c.Issues.Create(ctx, "go", repo, &github.IssueRequest{Title: github.String("searched"), Milestone: milestone.Number, Labels: &[]string{"bug"}}))
	must[*github.Reaction](t)(c.Reactions.CreateIssueReaction(ctx, "go", repo, 1, "heart"))
	if issue := must[*github.Issue](t)(c.Issues.Get(ctx, "go", repo, 1)); issue.GetReactions().GetHeart() != 1 || issue.GetMilestone().GetTitle() != "v1" {
		t.Errorf("%v", issue)
	}
	if events := must[[]*github.IssueEvent](t)(c.Issues.ListIssueEvents(ctx, "go", repo, 1, nil)); events[0].GetEvent() != "labeled" || events[0].GetLabel().GetName() != "bug" {
		t.Errorf("%v", events)
	}
	must[[]*github.Timeline](t)(c.Issues.ListIssueTimeline(ctx, "go", repo, 1, nil))
	found := must[*github.IssuesSearchResult](t)(c.Search.Issues(ctx, "repo:go/"+repo+" is:issue label:bug", nil))
	if found.GetTotal() != 1 || found.Issues[0].GetTitle() != "searched" {
		t.Errorf("%v", found)
	}
}

func TestChecksReviewsAndReleases(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	must[*github.RepositoryContentResponse](t)(c.Repositories.CreateFile(ctx, "go", repo, "f", &github.RepositoryContentFileOptions{Message: github.String("m"), Content: []byte("x\n"), Branch: github.String("topic")}))
	pull := must[*github.PullRequest](t)(c.PullRequests.Create(ctx, "go", repo, &github.NewPullRequest{Title: github.String("t"), Head: github.String("topic"), Base: github.String("main")}))
	head := pull.GetHead().GetSHA()
	must[*github.PullRequestComment](t)(c.PullRequests.CreateComment(ctx, "go", repo, 1, &github.PullRequestComment{Body: github.String("b"), Path: github.String("f"), Line: github.Int(1), CommitID: &head}))
	if comments := must[[]*github.PullRequestComment](t)(c.PullRequests.ListComments(ctx, "go", repo, 1, nil)); len(comments) != 1 {
		t.Errorf("%v", comments)
	}
	_, response, err := c.Checks.CreateCheckRun(ctx, "go", repo, github.CreateCheckRunOptions{Name: "unit", HeadSHA: head})
	refusedWith(t, http.StatusForbidden, response, err)
	good, _ := seedApp(t, 817, map[string]string{"checks": "write"})
	bot := withToken(t, must[*github.InstallationToken](t)(withToken(t, good).Apps.CreateInstallationToken(ctx, 818, nil)).GetToken())
	run := must[*github.CheckRun](t)(bot.Checks.CreateCheckRun(ctx, "go", repo, github.CreateCheckRunOptions{Name: "unit", HeadSHA: head, Status: github.String("in_progress")}))
	must[*github.CheckRun](t)(bot.Checks.UpdateCheckRun(ctx, "go", repo, run.GetID(), github.UpdateCheckRunOptions{Name: "unit", Conclusion: github.String("success"), CompletedAt: &github.Timestamp{Time: time.Now()}}))
	if runs := must[*github.ListCheckRunsResults](t)(c.Checks.ListCheckRunsForRef(ctx, "go", repo, "topic", nil)); runs.CheckRuns[0].GetConclusion() != "success" {
		t.Errorf("%v", runs)
	}
	if pulls := must[[]*github.PullRequest](t)(c.PullRequests.ListPullRequestsWithCommit(ctx, "go", repo, head, nil)); len(pulls) != 1 {
		t.Errorf("%v", pulls)
	}
	release := must[*github.RepositoryRelease](t)(c.Repositories.CreateRelease(ctx, "go", repo, &github.RepositoryRelease{TagName: github.String("v1")}))
	path := filepath.Join(t.TempDir(), "asset.txt")
	if err := os.WriteFile(path, []byte("bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if asset := must[*github.ReleaseAsset](t)(c.Repositories.UploadReleaseAsset(ctx, "go", repo, release.GetID(), &github.UploadOptions{Name: "asset.txt"}, file)); asset.GetSize() != 5 {
		t.Errorf("%v", asset)
	}
}

func withToken(t *testing.T, token string) *github.Client {
	t.Helper()
	c, err := github.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(os.Getenv("FAKEGHSERVER"), os.Getenv("FAKEGHSERVER"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// An app with these permissions, which is installed at "go" as installation id+1; its JSON Web Token and that of another key.
func seedApp(t *testing.T, id int, permissions map[string]string) (string, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	seedJSON(t, map[string]any{"apps": []any{map[string]any{"id": id, "slug": fmt.Sprintf("app-%d", id), "permissions": permissions,
		"public_key":    string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"installations": []any{map[string]any{"id": id + 1, "account": "go"}}}}})
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	signed := part(`{"alg":"RS256","typ":"JWT"}`) + "." + part(fmt.Sprintf(`{"iat":%d,"exp":%d,"iss":"%d"}`, time.Now().Unix()-10, time.Now().Unix()+300, id))
	sum := sha256.Sum256([]byte(signed))
	signature, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), signed + ".x"
}

func TestApps(t *testing.T) {
	repo := seed(t)
	good, bad := seedApp(t, 815, map[string]string{"issues": "write"})
	app := withToken(t, good)
	if got := must[*github.App](t)(app.Apps.Get(ctx, "")); got.GetSlug() != "app-815" {
		t.Errorf("%v", got)
	}
	token := must[*github.InstallationToken](t)(app.Apps.CreateInstallationToken(ctx, 816, nil))
	bot := withToken(t, token.GetToken())
	issue := must[*github.Issue](t)(bot.Issues.Create(ctx, "go", repo, &github.IssueRequest{Title: github.String("x")}))
	if issue.GetUser().GetLogin() != "app-815[bot]" {
		t.Errorf("%v", issue)
	}
	_, response, err := bot.Repositories.CreateFile(ctx, "go", repo, "f", &github.RepositoryContentFileOptions{Message: github.String("m"), Content: []byte("x")})
	refusedWith(t, http.StatusForbidden, response, err)
	_, response, err = withToken(t, bad).Apps.Get(ctx, "")
	refusedWith(t, http.StatusUnauthorized, response, err)
}

func TestByIDVisibilityAndLightTags(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	edited := must[*github.Repository](t)(c.Repositories.Edit(ctx, "go", repo, &github.Repository{Name: github.String("Other"), Visibility: github.String("private")}))
	found := must[*github.Repository](t)(c.Repositories.GetByID(ctx, edited.GetID()))
	equal(t, found.GetFullName(), "go/Other")
	equal(t, found.GetVisibility(), "private")
	equal(t, found.GetPrivate(), true)
	must[*github.Reference](t)(c.Git.CreateRef(ctx, "go", "Other", &github.Reference{Ref: github.String("refs/tags/light"), Object: &github.GitObject{SHA: github.String(base)}}))
	equal(t, must[[]*github.RepositoryTag](t)(c.Repositories.ListTags(ctx, "go", "Other", nil))[0].GetName(), "light")
}

func TestBlobsTreesAndPatches(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	blob := must[*github.Blob](t)(c.Git.CreateBlob(ctx, "go", repo, &github.Blob{Content: github.String("hi\n"), Encoding: github.String("utf-8")}))
	raw := must[[]byte](t)(c.Git.GetBlobRaw(ctx, "go", repo, blob.GetSHA()))
	equal(t, string(raw), "hi\n")
	equal(t, must[*github.Blob](t)(c.Git.GetBlob(ctx, "go", repo, blob.GetSHA())).GetSize(), 3)
	tree := must[*github.Tree](t)(c.Git.CreateTree(ctx, "go", repo, "", []*github.TreeEntry{{Path: github.String("a/b"), Mode: github.String("100644"), Type: github.String("blob"), SHA: blob.SHA}}))
	commit := must[*github.Commit](t)(c.Git.CreateCommit(ctx, "go", repo, &github.Commit{Message: github.String("tree"), Tree: tree, Parents: []*github.Commit{{SHA: github.String(topic)}}}, nil))
	must[*github.Reference](t)(c.Git.UpdateRef(ctx, "go", repo, &github.Reference{Ref: github.String("refs/heads/topic"), Object: &github.GitObject{SHA: commit.SHA}}, false))
	patch := must[string](t)(c.Repositories.GetCommitRaw(ctx, "go", repo, "topic", github.RawOptions{Type: github.Patch}))
	if !strings.HasPrefix(patch, "From "+commit.GetSHA()) || !strings.Contains(patch, "Subject: [PATCH] tree") || !strings.Contains(patch, "+hi\n") {
		t.Errorf("%s", patch)
	}
	diff := must[string](t)(c.Repositories.CompareCommitsRaw(ctx, "go", repo, "main", "topic", github.RawOptions{Type: github.Diff}))
	if !strings.HasPrefix(diff, "diff --git a/a/b b/a/b\n") {
		t.Errorf("%s", diff)
	}
	file, _, _, err := c.Repositories.GetContents(ctx, "go", repo, "a/b", &github.RepositoryContentGetOptions{Ref: "topic"})
	if err != nil {
		t.Fatal(err)
	}
	must[*github.RepositoryContentResponse](t)(c.Repositories.DeleteFile(ctx, "go", repo, "a/b", &github.RepositoryContentFileOptions{Message: github.String("m"), SHA: file.SHA, Branch: github.String("topic")}))
	_, _, response, err := c.Repositories.GetContents(ctx, "go", repo, "a/b", &github.RepositoryContentGetOptions{Ref: "topic"})
	refusedWith(t, http.StatusNotFound, response, err)
}

func TestCollaboratorsMembershipsAndProtection(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	invitation := must[*github.CollaboratorInvitation](t)(c.Repositories.AddCollaborator(ctx, "go", repo, "go-reader", &github.RepositoryAddCollaboratorOptions{Permission: "pull"}))
	reader := client(t, "go-reader")
	if _, err := reader.Users.AcceptInvitation(ctx, invitation.GetID()); err != nil {
		t.Fatal(err)
	}
	equal(t, must[bool](t)(c.Repositories.IsCollaborator(ctx, "go", repo, "go-reader")), true)
	for _, one := range must[[]*github.User](t)(c.Repositories.ListCollaborators(ctx, "go", repo, &github.ListCollaboratorsOptions{Affiliation: "direct"})) {
		if one.GetLogin() == "go-reader" {
			equal(t, one.GetPermissions()["push"], false)
		}
	}
	equal(t, must[*github.Repository](t)(reader.Repositories.Get(ctx, "go", repo)).GetPermissions()["push"], false)
	if _, err := c.Repositories.RemoveCollaborator(ctx, "go", repo, "go-reader"); err != nil {
		t.Fatal(err)
	}
	equal(t, must[bool](t)(c.Repositories.IsCollaborator(ctx, "go", repo, "go-reader")), false)

	seedJSON(t, map[string]any{"organizations": []any{map[string]any{"login": "go-members", "members": map[string]string{"alice": "admin"}}}})
	edited := must[*github.Membership](t)(c.Organizations.EditOrgMembership(ctx, "go-new", "go-members", &github.Membership{Role: github.String("member")}))
	equal(t, edited.GetState(), "pending")
	must[*github.Membership](t)(client(t, "go-new").Organizations.EditOrgMembership(ctx, "", "go-members", &github.Membership{State: github.String("active")}))
	equal(t, must[*github.Membership](t)(c.Organizations.GetOrgMembership(ctx, "go-new", "go-members")).GetState(), "active")
	equal(t, len(must[[]*github.User](t)(c.Organizations.ListMembers(ctx, "go-members", &github.ListMembersOptions{Role: "member"}))), 1)

	must[*github.Protection](t)(c.Repositories.UpdateBranchProtection(ctx, "go", repo, "main", &github.ProtectionRequest{
		RequiredPullRequestReviews: &github.PullRequestReviewsEnforcementRequest{RequiredApprovingReviewCount: 2}}))
	equal(t, must[*github.PullRequestReviewsEnforcement](t)(c.Repositories.GetPullRequestReviewEnforcement(ctx, "go", repo, "main")).RequiredApprovingReviewCount, 2)
	equal(t, must[*github.Branch](t)(c.Repositories.GetBranch(ctx, "go", repo, "main", 0)).GetProtected(), true)
	if _, err := c.Repositories.RemoveBranchProtection(ctx, "go", repo, "main"); err != nil {
		t.Fatal(err)
	}
	_, _, err := c.Repositories.GetBranchProtection(ctx, "go", repo, "main")
	if !errors.Is(err, github.ErrBranchNotProtected) {
		t.Errorf("%v", err)
	}
}

func TestSuitesAndHookTests(t *testing.T) {
	c, repo := client(t, "alice"), seed(t)
	good, _ := seedApp(t, 819, map[string]string{"checks": "write"})
	bot := withToken(t, must[*github.InstallationToken](t)(withToken(t, good).Apps.CreateInstallationToken(ctx, 820, nil)).GetToken())
	suite := must[*github.CheckSuite](t)(bot.Checks.CreateCheckSuite(ctx, "go", repo, github.CreateCheckSuiteOptions{HeadSHA: topic}))
	must[*github.CheckRun](t)(bot.Checks.CreateCheckRun(ctx, "go", repo, github.CreateCheckRunOptions{Name: "unit", HeadSHA: topic, Conclusion: github.String("failure")}))
	equal(t, must[*github.CheckSuite](t)(c.Checks.GetCheckSuite(ctx, "go", repo, suite.GetID())).GetConclusion(), "failure")
	equal(t, must[*github.ListCheckSuiteResults](t)(c.Checks.ListCheckSuitesForRef(ctx, "go", repo, "topic", nil)).GetTotal(), 1)
	hook := must[*github.Hook](t)(c.Repositories.CreateHook(ctx, "go", repo, &github.Hook{Config: &github.HookConfig{URL: github.String("http://127.0.0.1:9/")}, Events: []string{"push"}}))
	if _, err := c.Repositories.TestHook(ctx, "go", repo, hook.GetID()); err != nil {
		t.Fatal(err)
	}
	equal(t, must[[]*github.HookDelivery](t)(c.Repositories.ListHookDeliveries(ctx, "go", repo, hook.GetID(), nil))[0].GetEvent(), "push")
}

// What a client behind proxies sees: each adds itself to the lists, and the first is the one that was asked.
type forwarded struct{}

func (forwarded) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("X-Forwarded-Host", "github.example.com, gateway")
	request.Header.Set("X-Forwarded-Proto", "https, http")
	request.Header.Set("X-Forwarded-Prefix", "/hub, /x")
	return http.DefaultTransport.RoundTrip(request)
}

func TestBehindProxies(t *testing.T) {
	repo := seed(t)
	c, err := github.NewClient(&http.Client{Transport: forwarded{}}).WithEnterpriseURLs(os.Getenv("FAKEGHSERVER"), os.Getenv("FAKEGHSERVER"))
	if err != nil {
		t.Fatal(err)
	}
	found := must[*github.Repository](t)(c.Repositories.Get(ctx, "go", repo))
	equal(t, found.GetURL(), "https://github.example.com/hub/api/v3/repos/go/"+repo)
	equal(t, found.GetHTMLURL(), "https://github.example.com/hub/go/"+repo)
	branches, response, err := c.Repositories.ListBranches(ctx, "go", repo, &github.BranchListOptions{ListOptions: github.ListOptions{PerPage: 1}})
	if err != nil || len(branches) != 1 || response.NextPage != 2 || !strings.Contains(response.Header.Get("Link"), "<https://github.example.com/hub/api/v3/") {
		t.Errorf("%v %v %v", branches, response, err)
	}
}
