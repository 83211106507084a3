// Decodes every document of a kind that Kubernetes itself has strictly by its types. Other kinds are not looked at. With -texts FILE as the first arguments: whether the program in each file is given the texts of that one.
package main

import (
	"bufio"
	"errors"
	"io"
	"os"

	"harness/emit/files"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
)

func checkFile(file string) error {
	opened, err := os.Open(file)
	if err != nil {
		return err
	}
	defer opened.Close()
	decoder := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Yaml: true, Strict: true})
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(opened)); ; {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, _, err := decoder.Decode(document, nil, nil); err != nil && !runtime.IsNotRegisteredError(err) {
			return err
		}
	}
}

func main() {
	if len(os.Args) > 3 && os.Args[1] == "-texts" {
		texts, err := textsIn(os.Args[2])
		if err != nil {
			panic(err)
		}
		files.CheckAll(os.Args[3:], func(file string) error { return arrive(file, texts) })
	}
	files.CheckAll(os.Args[1:], checkFile)
}
