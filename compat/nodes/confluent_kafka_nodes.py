"""confluent-kafka (librdkafka), unchanged, through the downtimes of compat/nodes/run.ts."""

import json
import sys
import threading
import time

from confluent_kafka import Consumer, Producer

PARTITIONS = 6


def argument(name):
    return sys.argv[sys.argv.index("--" + name) + 1]


def main():
    over = threading.Event()

    def wait_for_end():
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    topic = argument("topic")
    producer = Producer({"bootstrap.servers": argument("bootstrap"), "enable.idempotence": True, "linger.ms": 5})
    consumer = Consumer(
        {
            "bootstrap.servers": argument("bootstrap"),
            "group.id": "nodes-confluent",
            "auto.offset.reset": "earliest",
            "session.timeout.ms": 10000,
            "heartbeat.interval.ms": 500,
        }
    )
    consumer.subscribe([topic])
    acked, consumed, latest = set(), set(), {}
    disorder, failure = "", ""

    def tell(**rest):
        print(json.dumps({"acked": len(acked), "consumed": len(consumed), **rest}), flush=True)

    def delivered(error, message):
        nonlocal failure
        if error is None:
            acked.add(int(message.value()))
        else:
            failure = str(error)

    def read(timeout_s):
        nonlocal disorder
        message = consumer.poll(timeout_s)
        if message is None or message.error() is not None:
            return
        value, partition = int(message.value()), message.partition()
        if value in consumed:
            return
        if value < latest.get(partition, -1):
            disorder = f"{value} after {latest[partition]}"
        latest[partition] = value
        consumed.add(value)

    following, told = 0, 0.0
    while not over.is_set() and not failure:
        if len(producer) < 200:
            for partition in range(PARTITIONS):
                producer.produce(topic, str(following), partition=partition, on_delivery=delivered)
                following += 1
        producer.poll(0)
        for _ in range(PARTITIONS):
            read(0.002)
        if time.monotonic() - told > 0.05:
            told = time.monotonic()
            tell()
    while len(producer) > 0:
        producer.flush(0.2)
    while not failure and not acked <= consumed:
        read(0.1)
    tell(ok=not disorder and not failure, detail=disorder or failure)
    consumer.close()


main()
