"""confluent-kafka (librdkafka), unchanged, does what compat/embedded/run.ts tells it line by line."""

import json
import sys

from confluent_kafka import Consumer, Producer

servers = sys.argv[sys.argv.index("--bootstrap") + 1]
producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "linger.ms": 0})
consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": "g",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 10000,
        "heartbeat.interval.ms": 200,
    }
)
consumer.subscribe(["orders"])
failures = []


def send(value):
    producer.produce("orders", value, on_delivery=lambda error, _: failures.append(error) if error else None)
    assert producer.flush(30) == 0 and not failures, failures
    return value


def poll():
    while True:
        message = consumer.poll(0.1)
        if message is None or message.error() is not None:
            continue
        try:
            consumer.commit(message, asynchronous=False)
        except Exception as error:
            # Its group is gone or has to be joined again; what was read counts all the same.
            print(error, file=sys.stderr)
        return message.value().decode()


for line in sys.stdin:
    asked = json.loads(line)
    done = poll() if asked["do"] == "poll" else send(asked["value"])
    print(json.dumps({"done": done}), flush=True)
consumer.close()
