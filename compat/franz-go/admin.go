package main

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	. "odradek/compat/shared/runner"
)

func topicOf(ctx context.Context, stem string, partitions int32, configs map[string]string) string {
	topic := Fresh(stem)
	admin := kadm.NewClient(client())
	defer admin.Close()
	pointers := map[string]*string{}
	for key, value := range configs {
		pointers[key] = &value
	}
	_, err := admin.CreateTopic(ctx, partitions, 1, pointers, topic)
	Must(err)
	return topic
}

func withAdmin(name string, play func(context.Context, *kadm.Client) string) Scene {
	return Scene{name, func(ctx context.Context) string {
		admin := kadm.NewClient(client())
		defer admin.Close()
		return play(ctx, admin)
	}}
}

func create(ctx context.Context, admin *kadm.Client) string {
	topic := topicOf(ctx, "create", 3, map[string]string{"retention.ms": "3600000"})
	listed, err := admin.ListTopics(ctx, topic)
	Must(err)
	Must(listed[topic].Err)
	Same("partitions", len(listed[topic].Partitions), 3)
	_, err = admin.CreateTopic(ctx, 1, 1, nil, topic)
	IsError(err, kerr.TopicAlreadyExists)
	return listed[topic].ID.String()
}

func remove(ctx context.Context, admin *kadm.Client) string {
	topic := topicOf(ctx, "delete", 1, nil)
	_, err := admin.DeleteTopic(ctx, topic)
	Must(err)
	Until("not listed any more", 10*time.Second, func() bool {
		listed, err := admin.ListTopics(ctx)
		Must(err)
		return !listed.Has(topic)
	})
	return ""
}

func configs(ctx context.Context, admin *kadm.Client) string {
	topic := topicOf(ctx, "configs", 1, nil)
	alter := func(name, value string) error {
		altered, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: name, Value: &value}}, topic)
		Must(err)
		return altered[0].Err
	}
	Must(alter("retention.ms", "7200000"))
	Until("retention.ms=7200000", 5*time.Second, func() bool {
		described, err := admin.DescribeTopicConfigs(ctx, topic)
		Must(err)
		for _, config := range described[0].Configs {
			if config.Key == "retention.ms" {
				return config.MaybeValue() == "7200000"
			}
		}
		return false
	})
	return IsError(alter("cleanup.policy", "nonsense"), kerr.InvalidConfig)
}

func partitions(ctx context.Context, admin *kadm.Client) string {
	topic := topicOf(ctx, "partitions", 2, nil)
	grown, err := admin.UpdatePartitions(ctx, 5, topic)
	Must(err)
	Must(grown[topic].Err)
	Until("5 partitions", 10*time.Second, func() bool {
		listed, err := admin.ListTopics(ctx, topic)
		Must(err)
		return len(listed[topic].Partitions) == 5
	})
	shrunk, err := admin.UpdatePartitions(ctx, 3, topic)
	Must(err)
	return IsError(shrunk[topic].Err, kerr.InvalidPartitions)
}

func groups(ctx context.Context, admin *kadm.Client) string {
	topic, group := topicOf(ctx, "groups", 1, nil), Fresh("group")
	Must(send(ctx, plain(topic, 0, 5)))
	readAndCommit(ctx, topic, group, 5, "")
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: 2, LeaderEpoch: -1})
	Must(admin.CommitAllOffsets(ctx, group, offsets))
	listed, err := admin.ListGroups(ctx)
	Must(err)
	Same("listed as", listed[group].State, "Empty")
	described, err := admin.DescribeGroups(ctx, group)
	Must(err)
	Same("described as", described[group].State, "Empty")
	fetched, err := admin.FetchOffsets(ctx, group)
	Must(err)
	at, _ := fetched.Lookup(topic, 0)
	Same("offset", at.At, 2)
	_, err = admin.DeleteGroup(ctx, group)
	Must(err)
	listed, err = admin.ListGroups(ctx)
	Must(err)
	Same("still listed", listed[group].State, "")
	return ""
}

func deleteRecords(ctx context.Context, admin *kadm.Client) string {
	topic := topicOf(ctx, "delete-records", 1, nil)
	Must(send(ctx, plain(topic, 0, 10)))
	var offsets kadm.Offsets
	offsets.Add(kadm.Offset{Topic: topic, Partition: 0, At: 4})
	deleted, err := admin.DeleteRecords(ctx, offsets)
	Must(err)
	row, _ := deleted.Lookup(topic, 0)
	Must(row.Err)
	Same("low watermark", row.LowWatermark, 4)
	Same("first", read(ctx, topic, 6, kgo.NewOffset().AtStart())[0].Offset, 4)
	return ""
}

func describeCluster(ctx context.Context, admin *kadm.Client) string {
	metadata, err := admin.BrokerMetadata(ctx)
	Must(err)
	Same("nodes", len(metadata.Brokers), 1)
	Holds("a controller", metadata.Controller >= 0)
	return metadata.Cluster
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
