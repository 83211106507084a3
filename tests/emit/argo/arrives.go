package main

import (
	"fmt"
	"reflect"

	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/workflow/common"
	corev1 "k8s.io/api/core/v1"
)

// What Argo is to replace in a step's program; everything else is the user's.
var words = map[string]bool{"TM_TESTRUN_ID": true, "TM_PHASE": true}

type program struct {
	Command, Args []string
	Env           []corev1.EnvVar
	Image, Dir    string
	Mounts        []corev1.VolumeMount
}

func programOf(container *corev1.Container) program {
	found := program{Command: container.Command, Args: container.Args, Image: container.Image, Dir: container.WorkingDir, Mounts: container.VolumeMounts}
	for _, variable := range container.Env {
		if !words[variable.Name] {
			found.Env = append(found.Env, variable)
		}
	}
	return found
}

// Replaces in each template what Argo's controller does before it makes a pod. Nothing of a step's program may be another one afterwards.
func arrives(workflow *wfv1.Workflow) error {
	known := common.Parameters{"workflow.name": "replaced", "workflow.status": "Succeeded", "workflow.namespace": "replaced", "inputs.parameters.x": "replaced", "x": "replaced", "=1+1": "replaced"}
	for i := range workflow.Spec.Templates {
		template := &workflow.Spec.Templates[i]
		if template.Container == nil {
			continue
		}
		after, err := common.ProcessArgs(template, &wfv1.Arguments{}, known, known, false, "default", nil)
		if err != nil {
			return fmt.Errorf("template %s: %w", template.Name, err)
		}
		if before, found := programOf(template.Container), programOf(after.Container); !reflect.DeepEqual(before, found) {
			return fmt.Errorf("template %s: Argo replaces what the step says:\n  %q\n  %q", template.Name, before, found)
		}
		for _, variable := range after.Container.Env {
			if words[variable.Name] && variable.Value != "replaced" && variable.Value != "Succeeded" && variable.Value != "Running" {
				return fmt.Errorf("template %s: %s is %q", template.Name, variable.Name, variable.Value)
			}
		}
	}
	return nil
}
