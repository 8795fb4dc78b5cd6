package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	. "odradek/compat/shared/runner"
)

func client(options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(*Bootstrap), kgo.FetchMaxWait(200 * time.Millisecond)}, options...)...)
	Must(err)
	return made
}

func plain(topic string, from, count int) []*kgo.Record {
	list := make([]*kgo.Record, count)
	for index, value := range Values(from, count) {
		list[index] = &kgo.Record{Topic: topic, Value: []byte(value)}
	}
	return list
}

func send(ctx context.Context, records []*kgo.Record, options ...kgo.Opt) error {
	producer := client(options...)
	defer producer.Close()
	return producer.ProduceSync(ctx, records...).FirstErr()
}

func poll(ctx context.Context, consumer *kgo.Client, count int) []*kgo.Record {
	ctx, cancel := context.WithTimeout(ctx, 25*time.Second)
	defer cancel()
	var read []*kgo.Record
	for len(read) < count {
		fetches := consumer.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			Fail("%d of %d records: %v", len(read), count, err)
		}
		for _, problem := range fetches.Errors() {
			Fail("fetch: %v", problem.Err)
		}
		read = append(read, fetches.Records()...)
	}
	return read
}

// read assigns partition 0 from an offset and returns the first records.
func read(ctx context.Context, topic string, count int, from kgo.Offset) []*kgo.Record {
	consumer := client(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: from}}), kgo.FetchMaxBytes(16<<20))
	defer consumer.Close()
	return poll(ctx, consumer, count)
}

func texts(records []*kgo.Record) []string {
	list := make([]string, len(records))
	for index, record := range records {
		list[index] = string(record.Value)
	}
	return list
}

func start() kgo.Offset { return kgo.NewOffset().AtStart() }

func codec(name string, codec kgo.CompressionCodec) Scene {
	return Scene{"produce-" + name, func(ctx context.Context) string {
		topic := topicOf(ctx, "codec", 1, nil)
		Must(send(ctx, plain(topic, 0, 200), kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(20*time.Millisecond)))
		Same("values", texts(read(ctx, topic, 200, start())), Values(0, 200))
		return "200 records"
	}}
}

func acks(name string, how kgo.Acks) Scene {
	return Scene{"acks-" + name, func(ctx context.Context) string {
		topic := topicOf(ctx, "acks", 1, nil)
		records := plain(topic, 0, 50)
		Must(send(ctx, records, kgo.RequiredAcks(how), kgo.DisableIdempotentWrite()))
		if name != "0" {
			Same("last offset", records[49].Offset, 49)
		}
		Same("records", len(read(ctx, topic, 50, start())), 50)
		return ""
	}}
}

func idempotent(ctx context.Context) string {
	topic := topicOf(ctx, "idempotent", 1, nil)
	Must(send(ctx, plain(topic, 0, 300), kgo.ProducerBatchMaxBytes(1024)))
	Same("values", texts(read(ctx, topic, 300, start())), Values(0, 300))
	return ""
}

func roundTrip(ctx context.Context) string {
	topic := topicOf(ctx, "records", 1, nil)
	headers := []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "b", Value: []byte{0, 255, 128}}, {Key: "empty", Value: []byte{}}, {Key: "null"}, {Key: "a", Value: []byte("2")}}
	sent := []*kgo.Record{
		{Key: []byte("k"), Value: []byte("v")},
		{Value: []byte("no key")},
		{Key: []byte("gone")},
		{Key: []byte{}, Value: []byte{}},
		{Key: []byte("ключ"), Value: []byte("値 🎉")},
	}
	for index, record := range sent {
		record.Topic, record.Headers, record.Timestamp = topic, headers, time.UnixMilli(1_700_000_000_000+int64(index))
	}
	Must(send(ctx, sent))
	shape := func(record *kgo.Record) string {
		text := fmt.Sprintf("%x %t %x %t %d", record.Key, record.Key == nil, record.Value, record.Value == nil, record.Timestamp.UnixMilli())
		for _, header := range record.Headers {
			text += fmt.Sprintf(" %s=%x %t", header.Key, header.Value, header.Value == nil)
		}
		return text
	}
	for index, record := range read(ctx, topic, len(sent), start()) {
		Same("record", shape(record), shape(sent[index]))
		Same("offset", record.Offset, index)
	}
	return ""
}

func consumeStart(ctx context.Context) string {
	topic := topicOf(ctx, "start", 1, nil)
	for at := 0; at < 30; at += 10 {
		Must(send(ctx, plain(topic, at, 10)))
	}
	Same("values", texts(read(ctx, topic, 30, start())), Values(0, 30))
	return ""
}

func consumeEnd(ctx context.Context) string {
	topic := topicOf(ctx, "end", 1, nil)
	Must(send(ctx, plain(topic, 0, 10)))
	consumer := client(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtEnd()}}))
	defer consumer.Close()
	waiting, cancel := context.WithTimeout(ctx, time.Second)
	Same("records before", len(consumer.PollFetches(waiting).Records()), 0)
	cancel()
	Must(send(ctx, plain(topic, 10, 5)))
	Same("values", texts(poll(ctx, consumer, 5)), Values(10, 5))
	return ""
}

func consumeTime(ctx context.Context) string {
	topic := topicOf(ctx, "time", 1, nil)
	began := time.Now().UnixMilli() - 100_000
	for index := range 10 {
		record := &kgo.Record{Topic: topic, Value: []byte(strconv.Itoa(index)), Timestamp: time.UnixMilli(began + int64(index)*1000)}
		Must(send(ctx, []*kgo.Record{record}))
	}
	admin := kadm.NewClient(client())
	defer admin.Close()
	listed, err := admin.ListOffsetsAfterMilli(ctx, began+4500, topic)
	Must(err)
	found, _ := listed.Lookup(topic, 0)
	Same("offset by time", found.Offset, 5)
	from := kgo.NewOffset().AfterMilli(began + 4500)
	Same("values", texts(read(ctx, topic, 5, from)), []string{"5", "6", "7", "8", "9"})
	return ""
}

func listOffsets(ctx context.Context) string {
	topic := topicOf(ctx, "offsets", 3, nil)
	var records []*kgo.Record
	for _, partition := range []int32{0, 0, 0, 1, 1} {
		records = append(records, &kgo.Record{Topic: topic, Partition: partition, Value: []byte("v")})
	}
	Must(send(ctx, records, kgo.RecordPartitioner(kgo.ManualPartitioner())))
	admin := kadm.NewClient(client())
	defer admin.Close()
	starts, err := admin.ListStartOffsets(ctx, topic)
	Must(err)
	ends, err := admin.ListEndOffsets(ctx, topic)
	Must(err)
	for partition, end := range []int64{3, 2, 0} {
		first, _ := starts.Lookup(topic, int32(partition))
		last, _ := ends.Lookup(topic, int32(partition))
		Same("offsets", []int64{first.Offset, last.Offset}, []int64{0, end})
	}
	return ""
}

func large(ctx context.Context) string {
	topic := topicOf(ctx, "large", 1, map[string]string{"max.message.bytes": strconv.Itoa(2 << 20)})
	value := bytes.Repeat([]byte("odradek "), 1<<17)
	for range 3 {
		Must(send(ctx, []*kgo.Record{{Topic: topic, Value: value}}, kgo.ProducerBatchMaxBytes(4<<20)))
	}
	for _, record := range read(ctx, topic, 3, start()) {
		Holds("values differ", bytes.Equal(record.Value, value))
	}
	return ""
}

func javaPartitions(ctx context.Context) string {
	chosen := JavaPartitions()
	topic := topicOf(ctx, "keys", KeyPartitions, nil)
	records := make([]*kgo.Record, Keys)
	for index := range records {
		records[index] = &kgo.Record{Topic: topic, Key: []byte(KeyAt(index)), Value: []byte(strconv.Itoa(index))}
	}
	Must(send(ctx, records))
	consumer := client(kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(start()))
	defer consumer.Close()
	wrong := 0
	for _, record := range poll(ctx, consumer, Keys) {
		index, err := strconv.Atoi(string(record.Value))
		Must(err)
		if chosen[index] != record.Partition {
			wrong++
		}
	}
	Same("keys elsewhere", wrong, 0)
	return fmt.Sprintf("%d keys", Keys)
}

func autoCreate(ctx context.Context) string {
	topic := Fresh("auto")
	Must(send(ctx, plain(topic, 0, 3), kgo.AllowAutoTopicCreation()))
	Same("values", texts(read(ctx, topic, 3, start())), Values(0, 3))
	return ""
}

func unknownTopic(ctx context.Context) string {
	err := send(ctx, plain(Fresh("nowhere"), 0, 1), kgo.UnknownTopicRetries(1))
	return IsError(err, kerr.UnknownTopicOrPartition)
}

func tooLarge(ctx context.Context) string {
	topic := topicOf(ctx, "too-large", 1, nil)
	record := &kgo.Record{Topic: topic, Value: make([]byte, 2<<20)}
	err := send(ctx, []*kgo.Record{record}, kgo.ProducerBatchMaxBytes(8<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	detail := IsError(err, kerr.MessageTooLarge)
	Must(send(ctx, plain(topic, 0, 1)))
	Same("values", texts(read(ctx, topic, 1, start())), Values(0, 1))
	return detail
}

func recordScenes() []Scene {
	return []Scene{
		codec("none", kgo.NoCompression()),
		codec("gzip", kgo.GzipCompression()),
		codec("snappy", kgo.SnappyCompression()),
		codec("lz4", kgo.Lz4Compression()),
		codec("zstd", kgo.ZstdCompression()),
		acks("0", kgo.NoAck()),
		acks("1", kgo.LeaderAck()),
		acks("all", kgo.AllISRAcks()),
		{"idempotent", idempotent},
		{"records", roundTrip},
		{"consume-start", consumeStart},
		{"consume-end", consumeEnd},
		{"consume-time", consumeTime},
		{"list-offsets", listOffsets},
		{"message-1mib", large},
		{"java-partitions", javaPartitions},
		{"auto-create", autoCreate},
		{"unknown-topic", unknownTopic},
		{"too-large", tooLarge},
	}
}
