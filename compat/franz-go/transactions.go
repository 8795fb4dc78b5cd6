package main

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	. "odradek/compat/shared/runner"
)

const (
	txnBatches      = 6
	txnBatchRecords = 5
)

// transactional writes values from one topic to another, with the offsets of what was read; each batch is aborted once.
func transactional(ctx context.Context) string {
	from, to := topicOf(ctx, "from", 1, nil), topicOf(ctx, "to", 1, nil)
	group, id := Fresh("group"), Fresh("tx")
	total := txnBatches * txnBatchRecords
	Must(send(ctx, plain(from, 0, total)))
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(*Bootstrap),
		kgo.TransactionalID(id),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(from),
		kgo.ConsumeResetOffset(start()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RequireStableFetchOffsets(),
	)
	Must(err)
	moved, aborted := 0, 0
	for moved < total {
		fetches := session.PollRecords(ctx, txnBatchRecords)
		Must(fetches.Err0())
		records := fetches.Records()
		if len(records) == 0 {
			continue
		}
		Must(session.Begin())
		for _, record := range records {
			session.Produce(ctx, &kgo.Record{Topic: to, Value: record.Value}, nil)
		}
		commits := aborted > moved/txnBatchRecords
		committed, err := session.End(ctx, kgo.TransactionEndTry(commits))
		if err != nil {
			Fail("end, commit %v, moved %d, aborted %d: %v", commits, moved, aborted, err)
		}
		Same("committed", committed, commits)
		// After an abort the session goes back to what was committed, and the same records come again.
		if committed {
			moved += len(records)
		} else {
			aborted++
		}
	}
	session.Close()
	Same("what was committed", texts(readCommitted(ctx, to, total)), Values(0, total))
	offsets, err := kadm.NewClient(client()).FetchOffsets(ctx, group)
	Must(err)
	offset, _ := offsets.Lookup(from, 0)
	Same("offset", offset.At, total)
	return fenceBy(ctx, id, to, total)
}

// fenceBy has a twin take over, and returns the error of the one that was fenced.
func fenceBy(ctx context.Context, id, to string, total int) string {
	old, twin := client(kgo.TransactionalID(id)), client(kgo.TransactionalID(id))
	defer old.Close()
	defer twin.Close()
	Must(old.BeginTransaction())
	Must(old.ProduceSync(ctx, &kgo.Record{Topic: to, Value: []byte("never")}).FirstErr())
	Must(twin.BeginTransaction())
	Must(twin.ProduceSync(ctx, &kgo.Record{Topic: to, Value: []byte("last")}).FirstErr())
	Must(twin.EndTransaction(ctx, kgo.TryCommit))
	err := old.EndTransaction(ctx, kgo.TryCommit)
	Holds("the fenced producer cannot commit", err != nil)
	all := texts(readCommitted(ctx, to, total+1))
	Same("the last record", all[total], "last")
	return err.Error()
}

func readCommitted(ctx context.Context, topic string, count int) []*kgo.Record {
	consumer := client(
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: start()}}),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
	)
	defer consumer.Close()
	return poll(ctx, consumer, count)
}

func transactionScenes() []Scene {
	return []Scene{{"transactions", transactional}}
}
