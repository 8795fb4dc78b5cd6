package main

import (
	"context"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	txnBatches      = 6
	txnBatchRecords = 5
)

// transactional writes values from one topic to another, with the offsets of what was read; each batch is aborted once.
func transactional(ctx context.Context) string {
	from, to := topicOf(ctx, "from", 1, nil), topicOf(ctx, "to", 1, nil)
	group, id := fresh("group"), fresh("tx")
	total := txnBatches * txnBatchRecords
	must(send(ctx, plain(from, 0, total)))
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(*bootstrap),
		kgo.TransactionalID(id),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(from),
		kgo.ConsumeResetOffset(start()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RequireStableFetchOffsets(),
	)
	must(err)
	moved, aborted := 0, 0
	for moved < total {
		fetches := session.PollRecords(ctx, txnBatchRecords)
		must(fetches.Err0())
		records := fetches.Records()
		if len(records) == 0 {
			continue
		}
		must(session.Begin())
		for _, record := range records {
			session.Produce(ctx, &kgo.Record{Topic: to, Value: record.Value}, nil)
		}
		commits := aborted > moved/txnBatchRecords
		committed, err := session.End(ctx, kgo.TransactionEndTry(commits))
		if err != nil {
			fail("end, commit %v, moved %d, aborted %d: %v", commits, moved, aborted, err)
		}
		same("committed", committed, commits)
		// After an abort the session goes back to what was committed, and the same records come again.
		if committed {
			moved += len(records)
		} else {
			aborted++
		}
	}
	session.Close()
	same("what was committed", texts(readCommitted(ctx, to, total)), values(0, total))
	offsets, err := kadm.NewClient(client()).FetchOffsets(ctx, group)
	must(err)
	offset, _ := offsets.Lookup(from, 0)
	same("offset", offset.At, total)
	return fenceBy(ctx, id, to, total)
}

// fenceBy has a twin take over, and returns the error of the one that was fenced.
func fenceBy(ctx context.Context, id, to string, total int) string {
	old, twin := client(kgo.TransactionalID(id)), client(kgo.TransactionalID(id))
	defer old.Close()
	defer twin.Close()
	must(old.BeginTransaction())
	must(old.ProduceSync(ctx, &kgo.Record{Topic: to, Value: []byte("never")}).FirstErr())
	must(twin.BeginTransaction())
	must(twin.ProduceSync(ctx, &kgo.Record{Topic: to, Value: []byte("last")}).FirstErr())
	must(twin.EndTransaction(ctx, kgo.TryCommit))
	err := old.EndTransaction(ctx, kgo.TryCommit)
	holds("the fenced producer cannot commit", err != nil)
	all := texts(readCommitted(ctx, to, total+1))
	same("the last record", all[total], "last")
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

func transactionScenes() []scene {
	return []scene{{"transactions", transactional}}
}
