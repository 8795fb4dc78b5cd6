package main

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	. "odradek/compat/shared/runner"
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
		Must(consumer.CommitRecords(ctx, found...))
	} else {
		consumer.LeaveGroup()
		Must(admin.CommitAllOffsets(ctx, group, offsets))
	}
	Holds("a generation", generation > 0)
	return texts(found)
}

func groupCommit(ctx context.Context) string {
	topic, group := topicOf(ctx, "commit", 1, nil), Fresh("group")
	Must(send(ctx, plain(topic, 0, 20)))
	Same("first half", readAndCommit(ctx, topic, group, 10, "half"), Values(0, 10))
	admin := kadm.NewClient(client())
	defer admin.Close()
	fetched, err := admin.FetchOffsets(ctx, group)
	Must(err)
	at, _ := fetched.Lookup(topic, 0)
	Same("committed", []any{at.At, at.Metadata}, []any{10, "half"})
	Same("second half", readAndCommit(ctx, topic, group, 10, ""), Values(10, 10))
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
		Assigned(list)
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
			Arrived(record.Value)
		})
	}
}

func groupRebalance(ctx context.Context) string {
	topic, group := topicOf(ctx, "rebalance", 6, nil), Fresh("group")
	return Rebalance(topic, group, func(values []string) {
		records := make([]*kgo.Record, len(values))
		for index, value := range values {
			records[index] = &kgo.Record{Topic: topic, Partition: int32(index % 6), Value: []byte(value)}
		}
		Must(send(ctx, records, kgo.RecordPartitioner(kgo.ManualPartitioner())))
	})
}

func restartResume(ctx context.Context) string {
	topic, group := topicOf(ctx, "restart", 1, nil), Fresh("group")
	Must(send(ctx, plain(topic, 0, 30)))
	readAndCommit(ctx, topic, group, 10, "before")
	producer := client()
	defer producer.Close()
	Must(producer.ProduceSync(ctx, plain(topic, 30, 1)...).FirstErr())
	Restart()
	Must(producer.ProduceSync(ctx, plain(topic, 31, 1)...).FirstErr())
	Same("values", readAndCommit(ctx, topic, group, 22, ""), Values(10, 22))
	return "the same producer went on"
}

func groupScenes() []Scene {
	return []Scene{{"group-commit", groupCommit}, {"group-rebalance", groupRebalance}, {"restart-resume", restartResume}}
}
