package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func readAndCommit(ctx context.Context, topic, group string, count int, metadata string) []string {
	consumer := client(kgo.ConsumeTopics(topic), kgo.ConsumerGroup(group), kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(start()))
	defer consumer.Close()
	found := poll(ctx, consumer, count)[:count]
	admin := kadm.NewClient(consumer)
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: found[count-1].Offset + 1, LeaderEpoch: -1, Metadata: metadata})
	_, generation := consumer.GroupMetadata()
	if metadata == "" {
		must(consumer.CommitRecords(ctx, found...))
	} else {
		consumer.LeaveGroup()
		must(admin.CommitAllOffsets(ctx, group, offsets))
	}
	holds("a generation", generation > 0)
	return texts(found)
}

func groupCommit(ctx context.Context) string {
	topic, group := topicOf(ctx, "commit", 1, nil), fresh("group")
	must(send(ctx, plain(topic, 0, 20)))
	same("first half", readAndCommit(ctx, topic, group, 10, "half"), values(0, 10))
	admin := kadm.NewClient(client())
	defer admin.Close()
	fetched, err := admin.FetchOffsets(ctx, group)
	must(err)
	at, _ := fetched.Lookup(topic, 0)
	same("committed", []any{at.At, at.Metadata}, []any{10, "half"})
	same("second half", readAndCommit(ctx, topic, group, 10, ""), values(10, 10))
	return ""
}

// member joins, prints what it is assigned and what it reads, until it is killed.
func member(topic, group string) {
	var mutex sync.Mutex
	own := map[int32]bool{}
	tell := func(change map[string][]int32, mine bool) {
		mutex.Lock()
		defer mutex.Unlock()
		for _, partition := range change[topic] {
			own[partition] = mine
		}
		list := []int32{}
		for partition, is := range own {
			if is {
				list = append(list, partition)
			}
		}
		say(map[string]any{"assigned": list})
	}
	consumer := client(
		kgo.ConsumeTopics(topic), kgo.ConsumerGroup(group), kgo.ConsumeResetOffset(start()),
		kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(500*time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, come map[string][]int32) { tell(come, true) }),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { tell(gone, false) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { tell(gone, false) }),
	)
	for {
		consumer.PollFetches(context.Background()).EachRecord(func(record *kgo.Record) {
			mutex.Lock()
			defer mutex.Unlock()
			say(map[string]any{"value": string(record.Value)})
		})
	}
}

type following struct {
	mutex    sync.Mutex
	command  *exec.Cmd
	assigned []int
}

func (f *following) owned() []int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return append([]int{}, f.assigned...)
}

func follow(topic, group string, arrived *sync.Map) *following {
	f := &following{command: exec.Command(os.Args[0], "-bootstrap", *bootstrap, "-member", topic, "-group", group)}
	out, err := f.command.StdoutPipe()
	must(err)
	must(f.command.Start())
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
	sort.Ints(all)
	return fmt.Sprint(all) == "[0 1 2 3 4 5]"
}

func groupRebalance(ctx context.Context) string {
	topic, group := topicOf(ctx, "rebalance", 6, nil), fresh("group")
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
	produce := func(from int) {
		records := make([]*kgo.Record, 60)
		for index := range records {
			records[index] = &kgo.Record{Topic: topic, Partition: int32(index % 6), Value: []byte(strconv.Itoa(from + index))}
		}
		must(send(ctx, records, kgo.RecordPartitioner(kgo.ManualPartitioner())))
	}
	until("each of three members has two partitions", 40*time.Second, func() bool { return shared(members, 2) })
	produce(0)
	until("60 records arrived", 20*time.Second, func() bool { return size() == 60 })
	killed := time.Now()
	must(members[0].command.Process.Kill())
	until("the two left share six partitions", 40*time.Second, func() bool { return shared(members[1:], 3) })
	took := time.Since(killed).Milliseconds()
	produce(60)
	until("120 records arrived", 20*time.Second, func() bool { return size() == 120 })
	return fmt.Sprintf("taken over %d ms after the kill", took)
}

func restartResume(ctx context.Context) string {
	topic, group := topicOf(ctx, "restart", 1, nil), fresh("group")
	must(send(ctx, plain(topic, 0, 30)))
	readAndCommit(ctx, topic, group, 10, "before")
	producer := client()
	defer producer.Close()
	must(producer.ProduceSync(ctx, plain(topic, 30, 1)...).FirstErr())
	restart()
	must(producer.ProduceSync(ctx, plain(topic, 31, 1)...).FirstErr())
	same("values", readAndCommit(ctx, topic, group, 22, ""), values(10, 22))
	return "the same producer went on"
}

func groupScenes() []scene {
	return []scene{{"group-commit", groupCommit}, {"group-rebalance", groupRebalance}, {"restart-resume", restartResume}}
}
