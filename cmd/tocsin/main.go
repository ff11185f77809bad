// Command tocsin is the whole system in one program: server, import, detection and administration.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"tocsin/internal/app"
)

// Exit codes of every command.
const (
	exitOK      = 0
	exitRefused = 1 // refused or failed
	exitUsage   = 2 // wrong usage
)

// heapGoal is where the collector begins to work harder, in bytes; the database's page caches come on top.
const heapGoal = 224 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapGoal)
	}
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errQuiet):
		return exitRefused
	}
	fmt.Fprintln(os.Stderr, "tocsin: "+explain(err))
	var u usageError
	if errors.As(err, &u) {
		return exitUsage
	}
	return exitRefused
}

// errQuiet ends a command with exit code 1 after it has said what is wrong.
var errQuiet = errors.New("refused")

// explain words an error for the command line, which has no catalogue of messages but English.
func explain(err error) string {
	var e *app.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := message(e.Key, e.Params)
	for _, p := range e.Problems {
		text += "\n  "
		if p.Field != "" {
			text += p.Field + ": "
		}
		text += message(p.Key, p.Params)
	}
	return text
}
