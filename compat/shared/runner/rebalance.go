package runner

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"time"
)

// following is a member of a group in a process of its own, which tells by Assigned and Arrived what it has.
type following struct {
	mutex    sync.Mutex
	command  *exec.Cmd
	assigned []int
}

// Assigned tells the process that follows which partitions a member has now.
func Assigned(partitions []int32) {
	Say(map[string]any{"assigned": partitions})
}

// Arrived tells the process that follows what a member has read.
func Arrived(value []byte) {
	Say(map[string]any{"value": string(value)})
}

func (f *following) owned() []int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return slices.Clone(f.assigned)
}

func follow(topic, group string, arrived *sync.Map) *following {
	f := &following{command: exec.Command(os.Args[0], "-bootstrap", *Bootstrap, "-member", topic, "-group", group)}
	out, err := f.command.StdoutPipe()
	Must(err)
	Must(f.command.Start())
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var fact struct {
				Assigned *[]int
				Value    string
			}
			if json.Unmarshal(lines.Bytes(), &fact) != nil {
				continue
			}
			if fact.Assigned == nil {
				arrived.Store(fact.Value, true)
				continue
			}
			f.mutex.Lock()
			f.assigned = *fact.Assigned
			f.mutex.Unlock()
		}
	}()
	return f
}

func shared(members []*following, each int) bool {
	var all []int
	for _, one := range members {
		own := one.owned()
		if len(own) != each {
			return false
		}
		all = append(all, own...)
	}
	slices.Sort(all)
	return fmt.Sprint(all) == "[0 1 2 3 4 5]"
}

// Rebalance has three members share the six partitions of a topic, and kills one; produce writes values, the nth to partition nth % 6.
func Rebalance(topic, group string, produce func(values []string)) string {
	var arrived sync.Map
	size := func() (n int) {
		arrived.Range(func(any, any) bool { n++; return true })
		return n
	}
	members := []*following{follow(topic, group, &arrived), follow(topic, group, &arrived), follow(topic, group, &arrived)}
	defer func() {
		for _, one := range members {
			_ = one.command.Process.Kill()
			_ = one.command.Wait()
		}
	}()
	sixty := func(from int) {
		values := make([]string, 60)
		for index := range values {
			values[index] = strconv.Itoa(from + index)
		}
		produce(values)
	}
	Until("each of three members has two partitions", 40*time.Second, func() bool { return shared(members, 2) })
	sixty(0)
	Until("60 records arrived", 20*time.Second, func() bool { return size() == 60 })
	killed := time.Now()
	Must(members[0].command.Process.Kill())
	Until("the two left share six partitions", 40*time.Second, func() bool { return shared(members[1:], 3) })
	took := time.Since(killed).Milliseconds()
	sixty(60)
	Until("120 records arrived", 20*time.Second, func() bool { return size() == 120 })
	return fmt.Sprintf("taken over %d ms after the kill", took)
}
