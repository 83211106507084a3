// Decodes Pipelines and PipelineRuns strictly by Tekton's own types and validates them as its webhook does, after its defaults; what a step says is the same after its controllers' replacements. Other kinds are not looked at. With -by-hand files are those of a person, who wants what the engine replaces.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"harness/emit/files"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"knative.dev/pkg/apis"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

type validated interface {
	apis.Defaultable
	apis.Validatable
	metav1.ObjectMetaAccessor
}

func check(document []byte) (string, validated, error) {
	var head runtime.TypeMeta
	if err := yaml.Unmarshal(document, &head); err != nil {
		return "", nil, err
	}
	var object validated
	switch head.Kind {
	case "Pipeline":
		object = &v1.Pipeline{}
	case "PipelineRun":
		object = &v1.PipelineRun{}
	default:
		return "", nil, nil
	}
	// As the API server does: the case of a field's name counts, too, and generateName becomes a name.
	text, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return head.Kind, nil, err
	}
	if strict, err := json.UnmarshalStrict(text, object); err != nil || len(strict) > 0 {
		return head.Kind, nil, errors.Join(append(strict, err)...)
	}
	if meta := object.GetObjectMeta(); meta.GetName() == "" && meta.GetGenerateName() != "" {
		meta.SetName(meta.GetGenerateName() + "x7k2p")
	}
	object.SetDefaults(context.Background())
	if err := object.Validate(context.Background()); err != nil {
		return head.Kind, nil, err
	}
	return head.Kind, object, nil
}

func checkFile(file string, byHand bool) error {
	opened, err := os.Open(file)
	if err != nil {
		return err
	}
	defer opened.Close()
	found := map[string]int{}
	var pipelines []*v1.Pipeline
	var runs []*v1.PipelineRun
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(opened)); ; {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		kind, object, err := check(document)
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		found[kind]++
		switch one := object.(type) {
		case *v1.Pipeline:
			pipelines = append(pipelines, one)
		case *v1.PipelineRun:
			runs = append(runs, one)
		}
	}
	if found["Pipeline"] == 0 || found["Pipeline"] != found["PipelineRun"] {
		return fmt.Errorf("%d Pipelines and %d PipelineRuns", found["Pipeline"], found["PipelineRun"])
	}
	if byHand {
		return nil
	}
	for i := range pipelines {
		if err := arrives(pipelines[i], runs[i]); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	byHand := flag.Bool("by-hand", false, "a person wrote the files")
	flag.Parse()
	files.CheckAll(flag.Args(), func(file string) error { return checkFile(file, *byHand) })
}
