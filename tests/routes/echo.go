// What the tests of routes send requests to: one program that is several backends, each at a port of its own. It says what it got.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

type request struct {
	Backend string              `json:"backend"`
	Method  string              `json:"method"`
	URI     string              `json:"uri"`
	Host    string              `json:"host"`
	Proto   string              `json:"proto"`
	Headers map[string][]string `json:"headers"`
}

var (
	mutex sync.Mutex
	last  = map[string]request{} // by backend
)

// serve answers at "NAME=PORT": GET /last/NAME says what the backend NAME got last, /slow takes three seconds.
func serve(backend string) {
	name, port, _ := strings.Cut(backend, "=")
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		mutex.Lock()
		defer mutex.Unlock()
		if of, is := strings.CutPrefix(r.URL.Path, "/last/"); is {
			json.NewEncoder(w).Encode(last[of])
			return
		}
		last[name] = request{name, r.Method, r.RequestURI, r.Host, r.Proto, r.Header}
		if strings.HasSuffix(r.URL.Path, "/slow") {
			mutex.Unlock()
			time.Sleep(3 * time.Second)
			mutex.Lock()
		}
		w.Header().Set("X-From", name)
		w.Header().Set("X-Secret", "hidden")
		json.NewEncoder(w).Encode(last[name])
	})
	server := &http.Server{Addr: ":" + port, Handler: handler, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	log.Fatal(server.ListenAndServe())
}

func main() {
	for _, backend := range os.Args[2:] {
		go serve(backend)
	}
	serve(os.Args[1])
}
