"""A link of a chain with librdkafka: chain.py --bootstrap A --from T --to T --group G --id I; see scripts/chains."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

from confluent_kafka import Consumer, KafkaException, Producer  # noqa: E402
from runner import argument  # noqa: E402

BATCH = 20


def rewind(consumer):
    """Back to what is committed, after an abort."""
    for partition in consumer.committed(consumer.assignment(), 30):
        if partition.offset < 0:
            partition.offset = 0
        consumer.seek(partition)


def main():
    bootstrap, group, identity = argument("bootstrap"), argument("group"), argument("id")
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": identity, "linger.ms": 0})
    producer.init_transactions(60)
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            "heartbeat.interval.ms": 500,
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([argument("from")])
    copied = 0
    while True:
        messages = [message for message in consumer.consume(BATCH, 0.2) if message.error() is None]
        if not messages:
            continue
        producer.begin_transaction()
        for message in messages:
            producer.produce(argument("to"), message.value())
        try:
            positions = consumer.position(consumer.assignment())
            producer.send_offsets_to_transaction(positions, consumer.consumer_group_metadata(), 30)
            producer.commit_transaction(30)
        except KafkaException as error:
            # What a rebalance has taken away is somebody else's now.
            if not error.args[0].txn_requires_abort():
                raise
            producer.abort_transaction(30)
            rewind(consumer)
            continue
        copied += len(messages)
        print("copied", copied, flush=True)


main()
