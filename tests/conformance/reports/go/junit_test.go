// The files that run.sh made, read as TestGrid reads them.
package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/GoogleCloudPlatform/testgrid/metadata/junit"
)

// results gives the outcome of each test of a run: "passed", or what was said of it.
func results(t *testing.T, run string) map[string]string {
	data, err := os.ReadFile(filepath.Join(os.Getenv("RUNS"), run, "artifacts", "junit_01.xml"))
	if err != nil {
		t.Fatal(err)
	}
	suites, err := junit.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, suite := range suites.Suites {
		for _, result := range suite.Results {
			switch {
			case result.Failure != nil:
				all[result.Name] = "failed: " + result.Failure.Message
			case result.Skipped != nil:
				all[result.Name] = "skipped: " + result.Skipped.Message
			default:
				all[result.Name] = "passed"
			}
		}
	}
	return all
}

func expect(t *testing.T, run string, want map[string]string) {
	got := results(t, run)
	for name, begin := range want {
		if !strings.HasPrefix(got[name], begin) {
			t.Errorf("%s: %s is %q, not %q", run, name, got[name], begin)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d tests, not %d: %v", run, len(got), len(want), got)
	}
}

func TestARunThatEnded(t *testing.T) {
	expect(t, "ended", map[string]string{
		"TestGood [BETA] [SLOW]": "passed", "TestBad": "failed: exit code 3", "TestSkipped": "skipped", "TestFlaky": "passed", "TestLast [DISRUPTIVE]": "passed",
	})
}

func TestRunsThatWereStopped(t *testing.T) {
	for _, run := range []string{"interrupted", "killed"} {
		expect(t, run, map[string]string{
			"TestGood [BETA] [SLOW]": "passed", "TestBad": "failed: exit code 3", "TestSkipped": "skipped", "TestFlaky": "passed",
			"TestLong [SERIAL]": "skipped", "TestLast [DISRUPTIVE]": "skipped",
		})
	}
}
