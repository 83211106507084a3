package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// What Kubernetes makes of a command, an argument or a variable: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
func expanded(text string, variables map[string]string) string {
	var result strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 == len(text) {
			return result.String() + text
		}
		result.WriteString(text[:at])
		text = text[at+1:]
		end := strings.IndexByte(text, ')')
		switch {
		case text[0] == '$':
			result.WriteByte('$')
			text = text[1:]
		case text[0] == '(' && end > 0:
			value, known := variables[text[1:end]]
			if !known {
				value = "$" + text[:end+1]
			}
			result.WriteString(value)
			text = text[end+1:]
		default:
			result.WriteByte('$')
		}
	}
}

// The documents of a file, and what its Secrets have.
func read(file string) (documents []map[string]any, secrets map[string]string, err error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer opened.Close()
	secrets = map[string]string{}
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(opened)); ; {
		text, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, secrets, nil
		}
		if err != nil {
			return nil, nil, err
		}
		document := map[string]any{}
		if err := yaml.UnmarshalStrict(text, &document); err != nil {
			return nil, nil, err
		}
		documents = append(documents, document)
		if document["kind"] != "Secret" {
			continue
		}
		for key, value := range document["data"].(map[string]any) {
			content, err := base64.StdEncoding.DecodeString(value.(string))
			if err != nil {
				return nil, nil, err
			}
			secrets[key] = string(content)
		}
	}
}

// The first object in or below value that has args: a step's container.
func programIn(value any) map[string]any {
	switch one := value.(type) {
	case map[string]any:
		if _, is := one["args"]; is {
			return one
		}
		for _, below := range one {
			if found := programIn(below); found != nil {
				return found
			}
		}
	case []any:
		for _, below := range one {
			if found := programIn(below); found != nil {
				return found
			}
		}
	}
	return nil
}

// Whether the program in a file is given these texts: as its arguments, as the variables V0, V1.. and, with two bytes more that are no text, in the Secret.
func arrive(file string, texts []string) error {
	documents, secrets, err := read(file)
	if err != nil {
		return err
	}
	var found map[string]any
	for _, document := range documents {
		if found = programIn(document); found != nil {
			break
		}
	}
	encoded, err := json.Marshal(found)
	if err != nil {
		return err
	}
	var program corev1.Container
	if err := json.Unmarshal(encoded, &program); err != nil {
		return err
	}
	variables := map[string]string{}
	for _, variable := range program.Env {
		variables[variable.Name] = expanded(variable.Value, variables)
		if from := variable.ValueFrom; from != nil {
			variables[variable.Name] = secrets[from.SecretKeyRef.Key]
		}
	}
	given := func(all []string) (texts []string) {
		for _, one := range all {
			texts = append(texts, expanded(one, variables))
		}
		return texts
	}
	if got := given(program.Command); !slices.Equal(got, append([]string{"sh"}, texts...)) {
		return fmt.Errorf("its command is %q", got)
	}
	if got := given(program.Args); !slices.Equal(got, texts) {
		return fmt.Errorf("its arguments are %q", got)
	}
	for i, text := range texts {
		if got := variables[fmt.Sprintf("V%d", i)]; got != text {
			return fmt.Errorf("V%d is %q, not %q", i, got, text)
		}
		is := false
		for _, content := range secrets {
			is = is || content == text+"\x00\xff"
		}
		if !is {
			return fmt.Errorf("no file has %q", text)
		}
	}
	return nil
}

// What a file of JSON lists.
func textsIn(file string) (texts []string, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return texts, json.Unmarshal(content, &texts)
}
