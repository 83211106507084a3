// Loads files of jobs strictly, as Prow does: decoded by its types, with its defaults, and validated. The first argument is Prow's own configuration. A file has
// -jobs=N jobs (1).
package main

import (
	"flag"
	"fmt"

	"harness/emit/files"

	"sigs.k8s.io/prow/pkg/config"
)

func checkFile(prowConfig, file string, want int) error {
	loaded, err := config.LoadStrict(prowConfig, file, nil, "")
	if err != nil {
		return err
	}
	jobs := len(loaded.AllStaticPostsubmits(nil)) + len(loaded.AllPeriodics())
	for _, presubmits := range loaded.PresubmitsStatic {
		jobs += len(presubmits)
	}
	if jobs != want {
		return fmt.Errorf("%d jobs", jobs)
	}
	return nil
}

func main() {
	jobs := flag.Int("jobs", 1, "how many jobs a file has")
	flag.Parse()
	files.CheckAll(flag.Args()[1:], func(file string) error { return checkFile(flag.Arg(0), file, *jobs) })
}
