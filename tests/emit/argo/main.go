// Decodes Workflows strictly and validates them by Argo's own workflow/validate; what a step says is the same after its controller's replacements.
package main

import (
	"fmt"
	"os"

	"harness/emit/files"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
)

func checkFile(file string) error {
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
		if err := arrives(workflow); err != nil {
			return err
		}
		workflows++
	}
	if workflows != 1 {
		return fmt.Errorf("%d Workflows", workflows)
	}
	return nil
}

func main() {
	files.CheckAll(os.Args[1:], checkFile)
}
