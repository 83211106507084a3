package suite

import "testing"

func TestRoot(t *testing.T) {}

func TestSkips(t *testing.T) { t.Skip("not today") }
