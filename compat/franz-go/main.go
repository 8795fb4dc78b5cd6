// franz-go, unchanged, through the common scenarios; see compat/runner.ts for the contract of a runner.
package main

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
	bootstrap = flag.String("bootstrap", "127.0.0.1:9092", "address of the broker")
	restartBy = flag.String("restart", "", "command that restarts the broker")
	only      = flag.String("only", "", "names of scenarios, separated by commas")
	memberOf  = flag.String("member", "", "be a member that reads this topic")
	groupName = flag.String("group", "", "the group of that member")
	stamp     = fmt.Sprintf("%x%d", time.Now().UnixMilli(), os.Getpid())
	count     int
)

type scene struct {
	name string
	play func(context.Context) string
}

// failure carries what a check found through a panic to the end of its scenario.
type failure struct{ says string }

func fail(format string, args ...any) {
	panic(failure{fmt.Sprintf(format, args...)})
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func same(says string, got, wanted any) {
	g, w := fmt.Sprint(got), fmt.Sprint(wanted)
	if g != w {
		fail("%s: got %.300s, wanted %.300s", says, g, w)
	}
}

func holds(says string, value bool) {
	if !value {
		fail("%s", says)
	}
}

// isError checks that err is what a scenario expects, and returns its text.
func isError(err, wanted error) string {
	if !errors.Is(err, wanted) {
		fail("got error %v, wanted %v", err, wanted)
	}
	return err.Error()
}

func until(what string, limit time.Duration, check func() bool) {
	deadline := time.Now().Add(limit)
	for !check() {
		if time.Now().After(deadline) {
			fail("not within %v: %s", limit, what)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func fresh(stem string) string {
	count++
	return fmt.Sprintf("franz-go-%s-%s-%d", stem, stamp, count)
}

func restart() {
	holds("no -restart command was given", *restartBy != "")
	must(exec.Command("sh", "-c", *restartBy).Run())
}

func say(fact map[string]any) {
	line, err := json.Marshal(fact)
	must(err)
	fmt.Println(string(line))
}

func (s scene) run() {
	say(map[string]any{"client": "franz-go", "scenario": s.name, "begins": true})
	began := time.Now()
	outcome := map[string]any{"client": "franz-go", "scenario": s.name, "ok": true}
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
		outcome["detail"] = s.play(ctx)
	}()
	outcome["ms"] = time.Since(began).Milliseconds()
	say(outcome)
}

func main() {
	flag.Parse()
	if *memberOf != "" {
		member(*memberOf, *groupName)
		return
	}
	wanted := map[string]bool{}
	for _, name := range strings.Split(*only, ",") {
		wanted[name] = true
	}
	for _, list := range [][]scene{recordScenes(), groupScenes(), transactionScenes(), adminScenes()} {
		for _, s := range list {
			if *only == "" || wanted[s.name] {
				s.run()
			}
		}
	}
}
