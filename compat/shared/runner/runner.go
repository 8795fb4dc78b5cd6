// Package runner is what the runners in Go share: the contract of compat/runner.ts (flags, one JSON line at begin and end of a
// scenario), and what their scenarios check with.
package runner

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

var (
	Bootstrap = flag.String("bootstrap", "127.0.0.1:9092", "address of the broker")
	restartBy = flag.String("restart", "", "command that restarts the broker")
	only      = flag.String("only", "", "names of scenarios, separated by commas")
	memberOf  = flag.String("member", "", "be a member that reads this topic")
	groupName = flag.String("group", "", "the group of that member")
	stamp     = fmt.Sprintf("%x%d", time.Now().UnixMilli(), os.Getpid())
	client    string
	count     int
)

// Scene is one scenario; what it returns is shown beside it.
type Scene struct {
	Name string
	Play func(context.Context) string
}

// failure carries what a check found through a panic to the end of its scenario.
type failure struct{ says string }

func Fail(format string, args ...any) {
	panic(failure{fmt.Sprintf(format, args...)})
}

func Must(err error) {
	if err != nil {
		Fail("%v", err)
	}
}

func Same(says string, got, wanted any) {
	g, w := fmt.Sprint(got), fmt.Sprint(wanted)
	if g != w {
		Fail("%s: got %.300s, wanted %.300s", says, g, w)
	}
}

func Holds(says string, value bool) {
	if !value {
		Fail("%s", says)
	}
}

// IsError checks that err is what a scenario expects, and returns its text.
func IsError(err, wanted error) string {
	if !errors.Is(err, wanted) {
		Fail("got error %v, wanted %v", err, wanted)
	}
	return err.Error()
}

func Until(what string, limit time.Duration, check func() bool) {
	deadline := time.Now().Add(limit)
	for !check() {
		if time.Now().After(deadline) {
			Fail("not within %v: %s", limit, what)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func Fresh(stem string) string {
	count++
	return fmt.Sprintf("%s-%s-%s-%d", client, stem, stamp, count)
}

func Restart() {
	Holds("no -restart command was given", *restartBy != "")
	Must(exec.Command("sh", "-c", *restartBy).Run())
}

// Say prints a line for who started this process.
func Say(fact map[string]any) {
	line, err := json.Marshal(fact)
	Must(err)
	fmt.Println(string(line))
}

func (s Scene) run() {
	Say(map[string]any{"client": client, "scenario": s.Name, "begins": true})
	began := time.Now()
	outcome := map[string]any{"client": client, "scenario": s.Name, "ok": true}
	func() {
		defer func() {
			if problem := recover(); problem != nil {
				outcome["ok"] = false
				outcome["detail"] = fmt.Sprint(problem)
				if known, is := problem.(failure); is {
					outcome["detail"] = known.says
				}
			}
		}()
		ctx, cancel := context.WithTimeout(context.Background(), 110*time.Second)
		defer cancel()
		outcome["detail"] = s.Play(ctx)
	}()
	outcome["ms"] = time.Since(began).Milliseconds()
	Say(outcome)
}

// Main plays the scenarios that were asked for, or is a member of a group for another process of its kind.
func Main(name string, member func(topic, group string), lists ...[]Scene) {
	flag.Parse()
	client = name
	if *memberOf != "" {
		member(*memberOf, *groupName)
		return
	}
	wanted := map[string]bool{}
	for _, name := range strings.Split(*only, ",") {
		wanted[name] = true
	}
	for _, list := range lists {
		for _, s := range list {
			if *only == "" || wanted[s.Name] {
				s.run()
			}
		}
	}
}
