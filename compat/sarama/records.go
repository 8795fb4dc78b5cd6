package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/IBM/sarama"
	. "odradek/compat/shared/runner"
)

func codec(name string, codec sarama.CompressionCodec) Scene {
	return Scene{"produce-" + name, func(ctx context.Context) string {
		topic := topicOf("codec", 1, nil)
		Must(send(plain(topic, Values(0, 200)...), func(c *sarama.Config) {
			c.Producer.Compression = codec
			c.Producer.Flush.Frequency = 20 * time.Millisecond
		}))
		Same("values", texts(read(ctx, topic, 200, sarama.OffsetOldest)), Values(0, 200))
		return "200 records"
	}}
}

func acks(name string, how sarama.RequiredAcks) Scene {
	return Scene{"acks-" + name, func(ctx context.Context) string {
		topic := topicOf("acks", 1, nil)
		messages := plain(topic, Values(0, 50)...)
		Must(send(messages, func(c *sarama.Config) { c.Producer.RequiredAcks = how }))
		if how != sarama.NoResponse {
			Same("last offset", messages[49].Offset, 49)
		}
		Same("records", len(read(ctx, topic, 50, sarama.OffsetOldest)), 50)
		return ""
	}}
}

func idempotently(c *sarama.Config) {
	c.Producer.Idempotent = true
	c.Net.MaxOpenRequests = 1
}

func idempotent(ctx context.Context) string {
	topic := topicOf("idempotent", 1, nil)
	Must(send(plain(topic, Values(0, 300)...), idempotently, func(c *sarama.Config) { c.Producer.Flush.MaxMessages = 10 }))
	Same("values", texts(read(ctx, topic, 300, sarama.OffsetOldest)), Values(0, 300))
	return ""
}

// encoded keeps null apart from empty.
func encoded(bytes []byte) sarama.Encoder {
	if bytes == nil {
		return nil
	}
	return sarama.ByteEncoder(bytes)
}

func roundTrip(ctx context.Context) string {
	topic := topicOf("records", 1, nil)
	headers := []sarama.RecordHeader{
		{Key: []byte("a"), Value: []byte("1")},
		{Key: []byte("b"), Value: []byte{0, 255, 128}},
		{Key: []byte("empty"), Value: []byte{}},
		{Key: []byte("null")},
		{Key: []byte("a"), Value: []byte("2")},
	}
	sent := [][2][]byte{
		{[]byte("k"), []byte("v")},
		{nil, []byte("no key")},
		{[]byte("gone"), nil},
		{{}, {}},
		{[]byte("ключ"), []byte("値 🎉")},
	}
	began := int64(1_700_000_000_000)
	var messages []*sarama.ProducerMessage
	for index, pair := range sent {
		messages = append(messages, &sarama.ProducerMessage{
			Topic: topic, Key: encoded(pair[0]), Value: encoded(pair[1]), Headers: headers, Timestamp: time.UnixMilli(began + int64(index)),
		})
	}
	Must(send(messages))
	shape := func(bytes []byte) string { return fmt.Sprintf("%x %t", bytes, bytes == nil) }
	for index, message := range read(ctx, topic, len(sent), sarama.OffsetOldest) {
		Same("key", shape(message.Key), shape(sent[index][0]))
		Same("value", shape(message.Value), shape(sent[index][1]))
		Same("time", message.Timestamp.UnixMilli(), began+int64(index))
		Same("offset", message.Offset, index)
		Same("headers", len(message.Headers), len(headers))
		for at, header := range message.Headers {
			Same("header", string(header.Key)+shape(header.Value), string(headers[at].Key)+shape(headers[at].Value))
		}
	}
	return ""
}

func consumeStart(ctx context.Context) string {
	topic := topicOf("start", 1, nil)
	for at := 0; at < 30; at += 10 {
		Must(send(plain(topic, Values(at, 10)...)))
	}
	Same("values", texts(read(ctx, topic, 30, sarama.OffsetOldest)), Values(0, 30))
	return ""
}

func consumeEnd(ctx context.Context) string {
	topic := topicOf("end", 1, nil)
	Must(send(plain(topic, Values(0, 10)...)))
	of, stop := reading(topic, 0, sarama.OffsetNewest)
	defer stop()
	select {
	case <-of.Messages():
		Fail("a record that was there before")
	case <-time.After(time.Second):
	}
	Must(send(plain(topic, Values(10, 5)...)))
	Same("values", texts(take(ctx, of, 5)), Values(10, 5))
	return ""
}

func consumeTime(ctx context.Context) string {
	topic := topicOf("time", 1, nil)
	began := time.Now().UnixMilli() - 100_000
	for index := range 10 {
		message := plain(topic, strconv.Itoa(index))
		message[0].Timestamp = time.UnixMilli(began + int64(index)*1000)
		Must(send(message))
	}
	asking := client()
	defer asking.Close()
	from, err := asking.GetOffset(topic, 0, began+4500)
	Must(err)
	Same("offset by time", from, 5)
	Same("values", texts(read(ctx, topic, 5, from)), []string{"5", "6", "7", "8", "9"})
	return ""
}

func listOffsets(context.Context) string {
	topic := topicOf("offsets", 3, nil)
	messages := plain(topic, "v", "v", "v", "v", "v")
	for index, partition := range []int32{0, 0, 0, 1, 1} {
		messages[index].Partition = partition
	}
	Must(send(messages, toPartition))
	asking := client()
	defer asking.Close()
	for partition, end := range []int64{3, 2, 0} {
		first, err := asking.GetOffset(topic, int32(partition), sarama.OffsetOldest)
		Must(err)
		last, err := asking.GetOffset(topic, int32(partition), sarama.OffsetNewest)
		Must(err)
		Same("offsets", []int64{first, last}, []int64{0, end})
	}
	return ""
}

func toPartition(c *sarama.Config) { c.Producer.Partitioner = sarama.NewManualPartitioner }

func large(ctx context.Context) string {
	topic := topicOf("large", 1, map[string]string{"max.message.bytes": strconv.Itoa(2 << 20)})
	value := bytes.Repeat([]byte("odradek "), 1<<17)
	for range 3 {
		Must(send(plain(topic, string(value)), func(c *sarama.Config) { c.Producer.MaxMessageBytes = 4 << 20 }))
	}
	for _, message := range read(ctx, topic, 3, sarama.OffsetOldest) {
		Holds("values differ", bytes.Equal(message.Value, value))
	}
	return ""
}

func javaPartitions(ctx context.Context) string {
	chosen := JavaPartitions()
	topic := topicOf("keys", KeyPartitions, nil)
	messages := make([]*sarama.ProducerMessage, Keys)
	for index := range messages {
		messages[index] = &sarama.ProducerMessage{
			Topic: topic, Key: sarama.StringEncoder(KeyAt(index)), Value: sarama.StringEncoder(strconv.Itoa(index)),
		}
	}
	Must(send(messages, func(c *sarama.Config) {
		c.Producer.Partitioner = sarama.NewCustomPartitioner(sarama.WithAbsFirst(), sarama.WithCustomHashFunction(murmur2))
	}))
	wrong := 0
	for index, message := range messages {
		if message.Partition != chosen[index] {
			wrong++
		}
	}
	Same("keys elsewhere", wrong, 0)
	// Those of one partition are all there as well.
	own := map[string]bool{}
	for index, partition := range chosen {
		if partition == 0 {
			own[strconv.Itoa(index)] = true
		}
	}
	for _, message := range read(ctx, topic, len(own), sarama.OffsetOldest) {
		Holds("a key that belongs elsewhere: "+string(message.Key), own[string(message.Value)])
	}
	return fmt.Sprintf("%d keys", Keys)
}

func autoCreate(ctx context.Context) string {
	topic := Fresh("auto")
	Must(send(plain(topic, Values(0, 3)...)))
	Same("values", texts(read(ctx, topic, 3, sarama.OffsetOldest)), Values(0, 3))
	return ""
}

func unknownTopic(context.Context) string {
	err := send(plain(Fresh("nowhere"), "v"), func(c *sarama.Config) {
		c.Metadata.AllowAutoTopicCreation = false
		c.Metadata.Retry.Max = 1
		c.Producer.Retry.Max = 1
	})
	return IsError(err, sarama.ErrUnknownTopicOrPartition)
}

func tooLarge(ctx context.Context) string {
	topic := topicOf("too-large", 1, nil)
	err := send(plain(topic, string(make([]byte, 2<<20))), func(c *sarama.Config) { c.Producer.MaxMessageBytes = 8 << 20 })
	detail := IsError(err, sarama.ErrMessageSizeTooLarge)
	Must(send(plain(topic, Values(0, 1)...)))
	Same("values", texts(read(ctx, topic, 1, sarama.OffsetOldest)), Values(0, 1))
	return detail
}

func recordScenes() []Scene {
	return []Scene{
		codec("none", sarama.CompressionNone),
		codec("gzip", sarama.CompressionGZIP),
		codec("snappy", sarama.CompressionSnappy),
		codec("lz4", sarama.CompressionLZ4),
		codec("zstd", sarama.CompressionZSTD),
		acks("0", sarama.NoResponse),
		acks("1", sarama.WaitForLocal),
		acks("all", sarama.WaitForAll),
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
