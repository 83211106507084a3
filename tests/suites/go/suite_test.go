package suite

import "testing"

func TestPasses(t *testing.T) { t.Log("printed") }

func TestFails(t *testing.T) { t.Error("no such thing") }

func TestSkips(t *testing.T) { t.Skip("not here") }

func TestParent(t *testing.T) {
	t.Run("passes", func(t *testing.T) {})
	t.Run("fails", func(t *testing.T) { t.Fatal("in the middle") })
}
