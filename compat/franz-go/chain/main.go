// A link of a chain with franz-go: chain -bootstrap A -from T -to T -group G -id I; see scripts/chains.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const batchRecords = 20

func main() {
	bootstrap, from, to := flag.String("bootstrap", "", ""), flag.String("from", "", ""), flag.String("to", "", "")
	group, id := flag.String("group", "", ""), flag.String("id", "", "")
	flag.Parse()
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(*bootstrap),
		kgo.TransactionalID(*id),
		kgo.ConsumerGroup(*group),
		kgo.ConsumeTopics(*from),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.RequireStableFetchOffsets(),
		kgo.SessionTimeout(6*time.Second),
		kgo.HeartbeatInterval(500*time.Millisecond),
		kgo.DefaultProduceTopic(*to),
	)
	if err != nil {
		end(err)
	}
	ctx := context.Background()
	for copied := 0; ; {
		records := session.PollRecords(ctx, batchRecords).Records()
		if len(records) == 0 {
			continue
		}
		if err := session.Begin(); err != nil {
			end(err)
		}
		promise := kgo.AbortingFirstErrPromise(session.Client())
		for _, record := range records {
			session.Produce(ctx, &kgo.Record{Value: record.Value}, promise.Promise())
		}
		// After an abort the session goes back to what was committed by itself.
		committed, err := session.End(ctx, promise.Err() == nil)
		if err != nil {
			end(err)
		}
		if committed {
			copied += len(records)
			fmt.Println("copied", copied)
		}
	}
}

func end(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
