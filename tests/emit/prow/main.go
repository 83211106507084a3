// Loads files of jobs strictly, as Prow does: decoded by its types, with its defaults, and validated. The first argument is Prow's own configuration.
package main

import (
	"fmt"
	"os"

	"harness/emit/files"

	"sigs.k8s.io/prow/pkg/config"
)

func checkFile(prowConfig, file string) error {
	loaded, err := config.LoadStrict(prowConfig, file, nil, "")
	if err != nil {
		return err
	}
	jobs := len(loaded.AllStaticPostsubmits(nil)) + len(loaded.AllPeriodics())
	for _, presubmits := range loaded.PresubmitsStatic {
		jobs += len(presubmits)
	}
	if jobs != 1 {
		return fmt.Errorf("%d jobs", jobs)
	}
	return nil
}

func main() {
	files.CheckAll(os.Args[2:], func(file string) error { return checkFile(os.Args[1], file) })
}
