package deck

import (
	"fmt"
	"os"
	"testing"
	"time"
)

func TestShows(t *testing.T) { t.Log("run", os.Getenv("HARNESS_RUN_ID")) }

func TestFails(t *testing.T) { t.Fatal("not what was wanted") }

func TestShowsMore(t *testing.T) {
	t.Run("sub", func(t *testing.T) {})
}

func TestHangs(t *testing.T) { time.Sleep(time.Hour) }

func BenchmarkShows(b *testing.B) {}

func ExampleShows() {
	fmt.Println("shown")
	// Output: shown
}

func Shows() {}
