// Stands in for Kubernetes' test image agnhost where that cannot be pulled: those of its commands that the tests of these systems use.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	command := "pause"
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	switch command {
	case "entrypoint-tester":
		fmt.Println(os.Args)
	case "netexec":
		endOnSignal()
		http.HandleFunc("/exit", exit)
		serve()
	case "test-webserver":
		serve()
	case "pause":
		endOnSignal()
		select {}
	default:
		log.Fatalf("this stand-in has no command %q", command)
	}
}

// The first process of a container ignores signals that it does not handle.
func endOnSignal() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		os.Exit(0)
	}()
}

func serve() {
	http.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	log.Fatal(http.ListenAndServe(":8080", nil))
}

// exit ends the process with `code`, after `wait`, once it has answered.
func exit(answer http.ResponseWriter, request *http.Request) {
	code, err := strconv.Atoi(request.FormValue("code"))
	if err != nil && request.FormValue("code") != "" {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	wait, err := time.ParseDuration(request.FormValue("wait"))
	if err != nil && request.FormValue("wait") != "" {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	time.AfterFunc(wait, func() { os.Exit(code) })
}
