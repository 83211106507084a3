// What every container of the zoo runs: it says what it is made of, and then serves, ends or admits.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

//go:embed built.txt
var built string

// files returns the contents of all files below a folder, by their names there. What begins with ".." is kubelet's own.
func files(folder string) map[string]string {
	found := map[string]string{}
	filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if strings.HasPrefix(entry.Name(), "..") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if text, err := os.ReadFile(path); err == nil {
			name, _ := filepath.Rel(folder, path)
			found[name] = string(text)
		}
		return nil
	})
	return found
}

func main() {
	env := map[string]string{}
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "ZOO_") {
			env[name] = value
		}
	}
	says, _ := json.Marshal(map[string]any{"built": built, "made": files("/made"), "config": files("/config"), "env": env})
	fmt.Println(string(says))
	switch os.Args[len(os.Args)-1] {
	case "end":
		return
	case "admit":
		go admit()
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	<-ended
}

// admit answers every AdmissionReview with yes.
func admit() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var review map[string]any
		body, _ := io.ReadAll(r.Body)
		json.Unmarshal(body, &review)
		request, _ := review["request"].(map[string]any)
		review["response"] = map[string]any{"uid": request["uid"], "allowed": true}
		delete(review, "request")
		json.NewEncoder(w).Encode(review)
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServeTLS(":8443", "/certs/tls.crt", "/certs/tls.key", nil))
	os.Exit(1)
}
