// Package files is what the checkers of tests/emit share: each is a module of its own, since their engines want different versions of the same modules.
package files

import (
	"fmt"
	"os"
)

// CheckAll says what is wrong with each of the files, and ends the program: with 1 where something is.
func CheckAll(names []string, check func(name string) error) {
	status := 0
	for _, name := range names {
		if err := check(name); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			status = 1
		}
	}
	os.Exit(status)
}
