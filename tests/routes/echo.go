// What the tests of routes send requests to: one program that is several backends, each at a port of its own. It says what it got.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
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

// makeSecret makes a Secret of the files in /pair, as an operator makes certificates.
func makeSecret(name string) {
	const account = "/var/run/secrets/kubernetes.io/serviceaccount/"
	read := func(file string) []byte {
		text, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		return text
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(read(account + "ca.crt"))
	secret, _ := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": map[string]string{"name": name},
		"data": map[string][]byte{"tls.crt": read("/pair/tls.crt"), "tls.key": read("/pair/tls.key")}})
	request, _ := http.NewRequest("POST", "https://kubernetes.default.svc/api/v1/namespaces/default/secrets", bytes.NewReader(secret))
	request.Header.Set("Authorization", "Bearer "+string(read(account+"token")))
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	answer, err := client.Do(request)
	if err != nil || answer.StatusCode != http.StatusCreated && answer.StatusCode != http.StatusConflict {
		log.Fatal(answer, err)
	}
}

func main() {
	if os.Args[1] == "secret" {
		makeSecret(os.Args[2])
		return
	}
	for _, backend := range os.Args[2:] {
		go serve(backend)
	}
	serve(os.Args[1])
}
