"""Scenarios that are the same for every Python client, told once; what a client does to play them is its `Verbs`."""

import time
from typing import NamedTuple

from runner import KEY_PARTITIONS, KEYS, holds, java_partitions, key_at, same, values


class Record(NamedTuple):
    key: bytes | None
    value: bytes | None
    headers: list
    time_ms: int
    offset: int
    partition: int


class TooLarge(Exception):
    """The client says that a record is too large, in its own words."""


class Verbs:
    """What a client must be able to do. Records to send are dictionaries of key, value, headers, time_ms and partition."""

    def topic(self, job, stem, partitions=1, config=None):
        """Creates a topic and gives its name."""
        raise NotImplementedError

    def send(self, job, topic, records, codec=None, acks=None, idempotent=False, max_bytes=None):
        """Sends all with a new producer, keys as Java partitions them, and gives their offsets. Raises TooLarge."""
        raise NotImplementedError

    def read(self, job, topic, count, partitions=1, offset=None):
        """The first `count` records of all partitions, or of the first from an offset on."""
        raise NotImplementedError

    def offset_at(self, job, topic, time_ms):
        raise NotImplementedError

    def read_and_commit(self, job, topic, group, count, metadata=""):
        """The next values for a member of a group, which then commits behind them and leaves."""
        raise NotImplementedError

    def committed(self, job, topic, group):
        """Offset and metadata."""
        raise NotImplementedError


def plain(count, start=0):
    return [{"value": value} for value in values(start, count)]


def texts(records):
    return [record.value for record in records]


def scenes_of(client):
    """Scenarios by name, each a function of a job."""

    def codec(name):
        def scene(job):
            topic = client.topic(job, "codec")
            client.send(job, topic, plain(200), codec=name)
            same("values", texts(client.read(job, topic, 200)), values(0, 200))
            return "200 records"

        return scene

    def acks(how):
        def scene(job):
            topic = client.topic(job, "acks")
            offsets = client.send(job, topic, plain(50), acks=how)
            if how != "0":
                same("last offset", max(offsets), 49)
            same("records", len(client.read(job, topic, 50)), 50)

        return scene

    def idempotent(job):
        topic = client.topic(job, "idempotent")
        client.send(job, topic, plain(300), idempotent=True)
        same("values", texts(client.read(job, topic, 300)), values(0, 300))

    def records(job):
        topic = client.topic(job, "records")
        headers = [("a", b"1"), ("b", b"\x00\xff\x80"), ("empty", b""), ("null", None), ("a", b"2")]
        keys = [b"k", None, b"gone", b"", "ключ".encode()]
        bodies = [b"v", b"no key", None, b"", "値 🎉".encode()]
        began = 1_700_000_000_000
        sent = [
            {"key": key, "value": value, "headers": headers, "time_ms": began + index}
            for index, (key, value) in enumerate(zip(keys, bodies))
        ]
        client.send(job, topic, sent)
        wanted = [Record(keys[at], bodies[at], headers, began + at, at, 0) for at in range(len(sent))]
        same("records", client.read(job, topic, len(sent)), wanted)

    def consume_start(job):
        topic = client.topic(job, "start")
        for at in range(3):
            client.send(job, topic, plain(10, at * 10))
        same("values", texts(client.read(job, topic, 30)), values(0, 30))

    def consume_time(job):
        topic = client.topic(job, "time")
        began = int(time.time() * 1000) - 100_000
        for index in range(10):
            client.send(job, topic, [{"value": str(index).encode(), "time_ms": began + index * 1000}])
        same("offset by time", client.offset_at(job, topic, began + 4500), 5)
        same("values", texts(client.read(job, topic, 5, offset=5)), [b"5", b"6", b"7", b"8", b"9"])

    def message_1mib(job):
        topic = client.topic(job, "large", config={"max.message.bytes": str(2 << 20)})
        value = b"o" * (1 << 20)
        client.send(job, topic, [{"value": value}] * 3, max_bytes=4 << 20)
        holds("values differ", texts(client.read(job, topic, 3)) == [value] * 3)

    def keys(job):
        topic = client.topic(job, "keys", KEY_PARTITIONS)
        client.send(job, topic, [{"key": key_at(index), "value": str(index).encode()} for index in range(KEYS)])
        wanted = java_partitions()
        found = client.read(job, topic, KEYS, partitions=KEY_PARTITIONS)
        same("keys elsewhere", sum(wanted[int(record.value)] != record.partition for record in found), 0)
        return f"{KEYS} keys"

    def auto_create(job):
        topic = job.fresh("auto")
        client.send(job, topic, plain(3))
        same("values", texts(client.read(job, topic, 3)), values(0, 3))

    def too_large(job):
        topic = client.topic(job, "too-large")
        try:
            client.send(job, topic, [{"value": b"\0" * (2 << 20)}], max_bytes=8 << 20)
        except TooLarge as error:
            detail = str(error)
        else:
            raise AssertionError("it was not refused")
        client.send(job, topic, [{"value": b"small"}])
        same("values", texts(client.read(job, topic, 1)), [b"small"])
        return detail

    def group_commit(job):
        topic, group = client.topic(job, "commit"), job.fresh("group")
        client.send(job, topic, plain(20))
        same("first half", client.read_and_commit(job, topic, group, 10, "half"), values(0, 10))
        same("committed", client.committed(job, topic, group), (10, "half"))
        same("second half", client.read_and_commit(job, topic, group, 10), values(10, 10))

    return {
        **{f"produce-{name}": codec(name) for name in ("none", "gzip", "snappy", "lz4", "zstd")},
        **{f"acks-{how}": acks(how) for how in ("0", "1", "all")},
        "idempotent": idempotent,
        "records": records,
        "consume-start": consume_start,
        "consume-time": consume_time,
        "message-1mib": message_1mib,
        "java-partitions": keys,
        "auto-create": auto_create,
        "too-large": too_large,
        "group-commit": group_commit,
    }
