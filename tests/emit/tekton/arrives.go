package main

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	ofpipeline "github.com/tektoncd/pipeline/pkg/reconciler/pipelinerun/resources"
	oftask "github.com/tektoncd/pipeline/pkg/reconciler/taskrun/resources"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What Tekton is to replace in a step's program; everything else is the user's.
var words = map[string]bool{"TM_TESTRUN_ID": true, "TM_PHASE": true}

type program struct {
	Command, Args []string
	Env           []corev1.EnvVar
	Image, Dir    string
	Mounts        []string
}

func programOf(spec *v1.TaskSpec) (found program) {
	for _, step := range spec.Steps {
		if step.Name != "main" {
			continue
		}
		found = program{Command: append([]string{}, step.Command...), Args: append([]string{}, step.Args...), Image: step.Image, Dir: step.WorkingDir}
		for _, variable := range step.Env {
			if !words[variable.Name] {
				found.Env = append(found.Env, variable)
			}
		}
		for _, mount := range step.VolumeMounts {
			found.Mounts = append(found.Mounts, mount.MountPath+" "+mount.SubPath)
		}
	}
	return found
}

// What Tekton is to replace stands in variables alone, and none of it is left.
func allReplaced(spec *v1.TaskSpec) error {
	for _, step := range spec.Steps {
		for _, variable := range step.Env {
			for _, word := range []string{"$(params.", "$(context.", "$(workspaces.", "$(steps."} {
				if strings.Contains(variable.Value, word) {
					return fmt.Errorf("step %s: Tekton leaves %s as %q", step.Name, variable.Name, variable.Value)
				}
			}
		}
		for _, mount := range step.VolumeMounts {
			if strings.Contains(mount.Name, "$(") {
				return fmt.Errorf("step %s: Tekton leaves a volume as %q", step.Name, mount.Name)
			}
		}
	}
	return nil
}

// Replaces in a Pipeline what its controllers do before they make pods. Nothing of a step's program may be another one afterwards.
func arrives(pipeline *v1.Pipeline, run *v1.PipelineRun) error {
	ctx := context.Background()
	before := map[string]program{}
	for _, tasks := range [][]v1.PipelineTask{pipeline.Spec.Tasks, pipeline.Spec.Finally} {
		for _, task := range tasks {
			before[task.Name] = programOf(&task.TaskSpec.TaskSpec)
		}
	}
	spec := ofpipeline.ApplyParameters(ctx, pipeline.Spec.DeepCopy(), run)
	spec = ofpipeline.ApplyContexts(spec, pipeline.Name, run)
	spec = ofpipeline.ApplyWorkspaces(spec, run)
	for _, tasks := range [][]v1.PipelineTask{spec.Tasks, spec.Finally} {
		for _, task := range tasks {
			taskRun := &v1.TaskRun{ObjectMeta: metav1.ObjectMeta{Name: "run", Namespace: "default"},
				Spec: v1.TaskRunSpec{Params: v1.Params{{Name: "phase", Value: *v1.NewStructuredValues("Succeeded")}, {Name: "x", Value: *v1.NewStructuredValues("replaced")}}}}
			bindings := []v1.WorkspaceBinding{{Name: "testrun", EmptyDir: &corev1.EmptyDirVolumeSource{}}}
			volumes := map[string]corev1.Volume{"testrun": {Name: "ws-1"}}
			after := oftask.ApplyParameters(task.TaskSpec.TaskSpec.DeepCopy(), taskRun)
			after = oftask.ApplyContexts(after, task.Name, taskRun)
			after = oftask.ApplyWorkspaces(ctx, after, after.Workspaces, bindings, volumes)
			after = oftask.ApplyResults(after)
			after = oftask.ApplyArtifacts(after)
			after = oftask.ApplyStepExitCodePath(after)
			after = oftask.ApplyCredentialsPath(after, "/tekton/creds")
			if err := allReplaced(after); err != nil {
				return fmt.Errorf("task %s: %w", task.Name, err)
			}
			if found := programOf(after); !reflect.DeepEqual(found, before[task.Name]) {
				return fmt.Errorf("task %s: Tekton replaces what the step says:\n  %q\n  %q", task.Name, before[task.Name], found)
			}
		}
	}
	return nil
}
