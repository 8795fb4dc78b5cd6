package main

import (
	"context"
	"time"

	"github.com/IBM/sarama"
	. "odradek/compat/shared/runner"
)

// joining is what a member does with its partitions.
type joining struct {
	setup func(sarama.ConsumerGroupSession)
	// taken is called with each record, and says whether there are more to come.
	taken func(sarama.ConsumerGroupSession, *sarama.ConsumerMessage) bool
	done  context.CancelFunc
}

func (j joining) Setup(session sarama.ConsumerGroupSession) error {
	if j.setup != nil {
		j.setup(session)
	}
	return nil
}

func (j joining) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (j joining) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		if !j.taken(session, message) {
			j.done()
			return nil
		}
	}
	return nil
}

// readAndCommit reads so many records of partition 0 in a group, commits behind them by hand, and leaves.
func readAndCommit(ctx context.Context, topic, group string, count int, metadata string) []string {
	member, err := sarama.NewConsumerGroup(servers(), group, config(func(c *sarama.Config) {
		c.Consumer.Offsets.AutoCommit.Enable = false
		c.Consumer.Return.Errors = false
	}))
	Must(err)
	defer member.Close()
	waiting, done := context.WithTimeout(ctx, 25*time.Second)
	defer done()
	var found []string
	taken := func(session sarama.ConsumerGroupSession, message *sarama.ConsumerMessage) bool {
		if len(found) < count {
			found = append(found, string(message.Value))
		}
		if len(found) < count {
			return true
		}
		session.MarkOffset(topic, 0, message.Offset+1, metadata)
		session.Commit()
		return false
	}
	for len(found) < count && waiting.Err() == nil {
		if err := member.Consume(waiting, []string{topic}, joining{taken: taken, done: done}); err != nil && waiting.Err() == nil {
			Fail("consume: %v", err)
		}
	}
	Same("records", len(found), count)
	return found
}

// committed is the offset of partition 0 with its metadata.
func committed(group, topic string) (int64, string) {
	admin, err := sarama.NewClusterAdmin(servers(), config())
	Must(err)
	defer admin.Close()
	fetched, err := admin.ListConsumerGroupOffsets(group, map[string][]int32{topic: {0}})
	Must(err)
	block := fetched.GetBlock(topic, 0)
	Holds("a committed offset", block != nil)
	return block.Offset, block.Metadata
}

func groupCommit(ctx context.Context) string {
	topic, group := topicOf("commit", 1, nil), Fresh("group")
	Must(send(plain(topic, Values(0, 20)...)))
	Same("first half", readAndCommit(ctx, topic, group, 10, "half"), Values(0, 10))
	at, metadata := committed(group, topic)
	Same("committed", []any{at, metadata}, []any{10, "half"})
	Same("second half", readAndCommit(ctx, topic, group, 10, ""), Values(10, 10))
	return ""
}

// member joins, prints what it is assigned and what it reads, until it is killed.
func member(topic, group string) {
	own, err := sarama.NewConsumerGroup(servers(), group, config(func(c *sarama.Config) {
		c.Consumer.Group.Session.Timeout = 6 * time.Second
		c.Consumer.Group.Heartbeat.Interval = 500 * time.Millisecond
		c.Consumer.Return.Errors = false
	}))
	Must(err)
	reads := joining{
		setup: func(session sarama.ConsumerGroupSession) { Assigned(session.Claims()[topic]) },
		taken: func(session sarama.ConsumerGroupSession, message *sarama.ConsumerMessage) bool {
			Arrived(message.Value)
			session.MarkMessage(message, "")
			return true
		},
	}
	for {
		Must(own.Consume(context.Background(), []string{topic}, reads))
	}
}

func groupRebalance(context.Context) string {
	topic, group := topicOf("rebalance", 6, nil), Fresh("group")
	return Rebalance(topic, group, func(values []string) {
		messages := plain(topic, values...)
		for index, message := range messages {
			message.Partition = int32(index % 6)
		}
		Must(send(messages, toPartition))
	})
}

func restartResume(ctx context.Context) string {
	topic, group := topicOf("restart", 1, nil), Fresh("group")
	Must(send(plain(topic, Values(0, 30)...)))
	readAndCommit(ctx, topic, group, 10, "before")
	producer, err := sarama.NewSyncProducer(servers(), config(func(c *sarama.Config) {
		c.Producer.Retry.Max = 100
		c.Metadata.Retry.Max = 100
	}))
	Must(err)
	defer producer.Close()
	Must(producer.SendMessages(plain(topic, Values(30, 1)...)))
	Restart()
	Must(producer.SendMessages(plain(topic, Values(31, 1)...)))
	Same("values", readAndCommit(ctx, topic, group, 22, ""), Values(10, 22))
	return "the same producer went on"
}

func groupScenes() []Scene {
	return []Scene{{"group-commit", groupCommit}, {"group-rebalance", groupRebalance}, {"restart-resume", restartResume}}
}
