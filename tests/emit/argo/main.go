// Decodes Workflows strictly and validates them by Argo's own workflow/validate; what a step says is the same after its controller's replacements. With -by-hand files are those of a person, who wants what the engine replaces.
package main

import (
	"flag"
	"fmt"
	"os"

	"harness/emit/files"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
)

func checkFile(file string, byHand bool) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	workflows := 0
	for _, parsed := range common.ParseObjects(content, true) {
		workflow, is := parsed.Object.(*wfv1.Workflow)
		if !is {
			continue
		}
		if parsed.Err != nil {
			return parsed.Err
		}
		if err := validate.ValidateWorkflow(nil, nil, workflow, nil, validate.ValidateOpts{}); err != nil {
			return err
		}
		if !byHand {
			if err := arrives(workflow); err != nil {
				return err
			}
		}
		workflows++
	}
	if workflows != 1 {
		return fmt.Errorf("%d Workflows", workflows)
	}
	return nil
}

func main() {
	byHand := flag.Bool("by-hand", false, "a person wrote the files")
	flag.Parse()
	files.CheckAll(flag.Args(), func(file string) error { return checkFile(file, *byHand) })
}
