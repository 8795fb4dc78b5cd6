package main

import (
	"context"

	"github.com/IBM/sarama"
	. "odradek/compat/shared/runner"
)

const (
	txnBatches      = 6
	txnBatchRecords = 5
)

func transactionalProducer(id string) sarama.SyncProducer {
	producer, err := sarama.NewSyncProducer(servers(), config(idempotently, func(c *sarama.Config) {
		c.Producer.Transaction.ID = id
	}))
	Must(err)
	return producer
}

func readCommitted(c *sarama.Config) { c.Consumer.IsolationLevel = sarama.ReadCommitted }

// transactional writes values from one topic to another, with the offsets of what was read; each batch is aborted once.
func transactional(ctx context.Context) string {
	from, to := topicOf("from", 1, nil), topicOf("to", 1, nil)
	group, id := Fresh("group"), Fresh("tx")
	total := txnBatches * txnBatchRecords
	Must(send(plain(from, Values(0, total)...)))
	producer := transactionalProducer(id)
	defer producer.Close()
	source, stop := reading(from, 0, sarama.OffsetOldest, readCommitted)
	defer stop()
	for range txnBatches {
		batch := take(ctx, source, txnBatchRecords)
		next := batch[len(batch)-1].Offset + 1
		offsets := map[string][]*sarama.PartitionOffsetMetadata{from: {{Partition: 0, Offset: next}}}
		for _, end := range []func() error{producer.AbortTxn, producer.CommitTxn} {
			Must(producer.BeginTxn())
			Must(firstOf(producer.SendMessages(plain(to, texts(batch)...))))
			Must(producer.AddOffsetsToTxn(offsets, group))
			Must(end())
		}
	}
	Same("what was committed", texts(read(ctx, to, total, sarama.OffsetOldest, readCommitted)), Values(0, total))
	at, _ := committed(group, from)
	Same("offset", at, total)
	return fenceBy(ctx, id, to, total)
}

// fenceBy has a twin take over, and returns the error of the one that was fenced.
func fenceBy(ctx context.Context, id, to string, total int) string {
	old := transactionalProducer(id)
	defer old.Close()
	Must(old.BeginTxn())
	Must(firstOf(old.SendMessages(plain(to, "never"))))
	twin := transactionalProducer(id)
	defer twin.Close()
	Must(twin.BeginTxn())
	Must(firstOf(twin.SendMessages(plain(to, "last"))))
	Must(twin.CommitTxn())
	err := old.CommitTxn()
	Holds("the fenced producer cannot commit", err != nil)
	all := texts(read(ctx, to, total+1, sarama.OffsetOldest, readCommitted))
	Same("the last record", all[total], "last")
	return err.Error()
}

func transactionScenes() []Scene {
	return []Scene{{"transactions", transactional}}
}
