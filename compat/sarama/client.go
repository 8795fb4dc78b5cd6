package main

import (
	"context"
	"time"

	"github.com/IBM/sarama"
	. "odradek/compat/shared/runner"
)

type setting func(*sarama.Config)

// config is sarama's own for the newest release that it knows, changed as a scenario needs it.
func config(settings ...setting) *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.MaxVersion
	c.Producer.Return.Successes = true
	c.Producer.RequiredAcks = sarama.WaitForAll
	c.Consumer.MaxWaitTime = 200 * time.Millisecond
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Return.Errors = true
	for _, set := range settings {
		set(c)
	}
	return c
}

func servers() []string { return []string{*Bootstrap} }

func client(settings ...setting) sarama.Client {
	made, err := sarama.NewClient(servers(), config(settings...))
	Must(err)
	return made
}

func topicOf(stem string, partitions int32, configs map[string]string) string {
	topic := Fresh(stem)
	admin, err := sarama.NewClusterAdmin(servers(), config())
	Must(err)
	defer admin.Close()
	Must(admin.CreateTopic(topic, topicDetail(partitions, configs), false))
	return topic
}

func topicDetail(partitions int32, configs map[string]string) *sarama.TopicDetail {
	pointers := map[string]*string{}
	for key, value := range configs {
		pointers[key] = &value
	}
	return &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: 1, ConfigEntries: pointers}
}

func plain(topic string, values ...string) []*sarama.ProducerMessage {
	list := make([]*sarama.ProducerMessage, len(values))
	for index, value := range values {
		list[index] = &sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(value)}
	}
	return list
}

// send returns the first error, which sarama wraps in a list of them.
func send(messages []*sarama.ProducerMessage, settings ...setting) error {
	producer, err := sarama.NewSyncProducer(servers(), config(settings...))
	Must(err)
	defer producer.Close()
	return firstOf(producer.SendMessages(messages))
}

func firstOf(err error) error {
	if several, are := err.(sarama.ProducerErrors); are {
		return several[0].Err
	}
	return err
}

// take reads the next records of a partition.
func take(ctx context.Context, from sarama.PartitionConsumer, count int) []*sarama.ConsumerMessage {
	ctx, cancel := context.WithTimeout(ctx, 25*time.Second)
	defer cancel()
	var taken []*sarama.ConsumerMessage
	for len(taken) < count {
		select {
		case message := <-from.Messages():
			taken = append(taken, message)
		case problem := <-from.Errors():
			Fail("fetch: %v", problem.Err)
		case <-ctx.Done():
			Fail("%d of %d records", len(taken), count)
		}
	}
	return taken
}

// reading reads a partition from an offset, until it is stopped.
func reading(topic string, partition int32, from int64, settings ...setting) (sarama.PartitionConsumer, func()) {
	consumer, err := sarama.NewConsumer(servers(), config(settings...))
	Must(err)
	of, err := consumer.ConsumePartition(topic, partition, from)
	Must(err)
	return of, func() {
		of.AsyncClose()
		_ = consumer.Close()
	}
}

// read returns the first records of partition 0 at an offset.
func read(ctx context.Context, topic string, count int, from int64, settings ...setting) []*sarama.ConsumerMessage {
	of, stop := reading(topic, 0, from, settings...)
	defer stop()
	return take(ctx, of, count)
}

func texts(messages []*sarama.ConsumerMessage) []string {
	list := make([]string, len(messages))
	for index, message := range messages {
		list[index] = string(message.Value)
	}
	return list
}
