package main

import (
	"context"
	"strconv"
	"time"

	"github.com/IBM/sarama"
	. "odradek/compat/shared/runner"
)

func withAdmin(name string, play func(context.Context, sarama.ClusterAdmin) string) Scene {
	return Scene{name, func(ctx context.Context) string {
		admin, err := sarama.NewClusterAdmin(servers(), config())
		Must(err)
		defer admin.Close()
		return play(ctx, admin)
	}}
}

func described(admin sarama.ClusterAdmin, topic string) *sarama.TopicMetadata {
	topics, err := admin.DescribeTopics([]string{topic})
	Must(err)
	Same("topics described", len(topics), 1)
	return topics[0]
}

func create(_ context.Context, admin sarama.ClusterAdmin) string {
	topic := topicOf("create", 3, map[string]string{"retention.ms": "3600000"})
	found := described(admin, topic)
	Same("error", found.Err, sarama.ErrNoError)
	Same("partitions", len(found.Partitions), 3)
	IsError(admin.CreateTopic(topic, topicDetail(1, nil), false), sarama.ErrTopicAlreadyExists)
	return found.Uuid.String()
}

func remove(_ context.Context, admin sarama.ClusterAdmin) string {
	topic := topicOf("delete", 1, nil)
	Must(admin.DeleteTopic(topic))
	Until("not listed any more", 10*time.Second, func() bool {
		listed, err := admin.ListTopics()
		Must(err)
		_, isThere := listed[topic]
		return !isThere
	})
	return ""
}

func configs(_ context.Context, admin sarama.ClusterAdmin) string {
	topic := topicOf("configs", 1, nil)
	alter := func(name, value string) error {
		entries := map[string]sarama.IncrementalAlterConfigsEntry{
			name: {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value},
		}
		return admin.IncrementalAlterConfig(sarama.TopicResource, topic, entries, false)
	}
	Must(alter("retention.ms", "7200000"))
	Until("retention.ms=7200000", 5*time.Second, func() bool {
		wanted := sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}}
		found, err := admin.DescribeConfig(wanted)
		Must(err)
		return len(found) == 1 && found[0].Value == "7200000"
	})
	return IsError(alter("cleanup.policy", "nonsense"), sarama.ErrInvalidConfig)
}

func partitions(_ context.Context, admin sarama.ClusterAdmin) string {
	topic := topicOf("partitions", 2, nil)
	Must(admin.CreatePartitions(topic, 5, nil, false))
	Until("5 partitions", 10*time.Second, func() bool { return len(described(admin, topic).Partitions) == 5 })
	return IsError(admin.CreatePartitions(topic, 3, nil, false), sarama.ErrInvalidPartitions)
}

func groups(ctx context.Context, admin sarama.ClusterAdmin) string {
	topic, group := topicOf("groups", 1, nil), Fresh("group")
	Must(send(plain(topic, Values(0, 5)...)))
	readAndCommit(ctx, topic, group, 5, "")
	reset(topic, group, 2)
	listed, err := admin.ListConsumerGroups()
	Must(err)
	Same("listed as", listed[group], "consumer")
	found, err := admin.DescribeConsumerGroups([]string{group})
	Must(err)
	Same("described as", found[0].State, "Empty")
	at, _ := committed(group, topic)
	Same("offset", at, 2)
	Must(admin.DeleteConsumerGroup(group))
	listed, err = admin.ListConsumerGroups()
	Must(err)
	_, isThere := listed[group]
	Holds("the group is gone", !isThere)
	return ""
}

// reset moves the offset of a group that nobody is in.
func reset(topic, group string, to int64) {
	asking := client(func(c *sarama.Config) { c.Consumer.Offsets.AutoCommit.Enable = false })
	defer asking.Close()
	offsets, err := sarama.NewOffsetManagerFromClient(group, asking)
	Must(err)
	of, err := offsets.ManagePartition(topic, 0)
	Must(err)
	of.ResetOffset(to, "")
	offsets.Commit()
	// Only together: the one waits for the other.
	of.AsyncClose()
	Must(offsets.Close())
}

func deleteRecords(ctx context.Context, admin sarama.ClusterAdmin) string {
	topic := topicOf("delete-records", 1, nil)
	Must(send(plain(topic, Values(0, 10)...)))
	Must(admin.DeleteRecords(topic, map[int32]int64{0: 4}))
	Same("first", read(ctx, topic, 6, sarama.OffsetOldest)[0].Offset, 4)
	return ""
}

func describeCluster(_ context.Context, admin sarama.ClusterAdmin) string {
	brokers, controller, err := admin.DescribeCluster()
	Must(err)
	Same("nodes", len(brokers), 1)
	Same("controller", controller, brokers[0].ID())
	return "node " + strconv.Itoa(int(controller))
}

func adminScenes() []Scene {
	return []Scene{
		withAdmin("create", create),
		withAdmin("delete", remove),
		withAdmin("admin-configs", configs),
		withAdmin("admin-partitions", partitions),
		withAdmin("admin-groups", groups),
		withAdmin("delete-records", deleteRecords),
		withAdmin("describe-cluster", describeCluster),
	}
}
