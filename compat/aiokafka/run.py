"""aiokafka, unchanged, through the common scenarios."""

import asyncio
import logging
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition  # noqa: E402
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete  # noqa: E402
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # noqa: E402
from aiokafka.errors import (  # noqa: E402
    InvalidPartitionsError,
    MessageSizeTooLargeError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.structs import OffsetAndMetadata  # noqa: E402
from runner import (  # noqa: E402
    KEY_PARTITIONS,
    KEYS,
    argument,
    holds,
    java_partitions,
    key_at,
    rebalance,
    run_scenes,
    same,
    say,
    values,
)

logging.disable(logging.CRITICAL)


def play(scene):
    """A coroutine of a job as a scenario."""
    return lambda job: asyncio.run(scene(job))


class Started:
    """An aiokafka client for the length of a `with`."""

    def __init__(self, make):
        self._make = make

    async def __aenter__(self):
        self.client = self._make()
        await self.client.start()
        return self.client

    async def __aexit__(self, *_):
        await (self.client.close() if hasattr(self.client, "close") else self.client.stop())


def admin_of(job):
    return Started(lambda: AIOKafkaAdminClient(bootstrap_servers=job.bootstrap))


def producer_of(job, **settings):
    return Started(lambda: AIOKafkaProducer(bootstrap_servers=job.bootstrap, **settings))


def consumer_of(job, *topics, **settings):
    settings = {"auto_offset_reset": "earliest", "enable_auto_commit": False, "fetch_max_wait_ms": 200, **settings}
    return Started(lambda: AIOKafkaConsumer(*topics, bootstrap_servers=job.bootstrap, **settings))


def refusals(response):
    """Raises the first error of an admin response: this client hands back rows with codes."""
    rows = getattr(response, "topic_errors", None) or getattr(response, "topic_error_codes", None) or response.resources
    for row in rows:
        code = row[0] if isinstance(row[0], int) else row[1]
        if code:
            raise for_code(code)(str(row))


async def topic_of(job, stem, partitions=1, configs=None):
    topic = job.fresh(stem)
    async with admin_of(job) as admin:
        refusals(await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs or {})]))
    return topic


async def send(job, topic, records, **settings):
    async with producer_of(job, **settings) as producer:
        sent = [await producer.send(topic, **record) for record in records]
        return await asyncio.gather(*sent)


async def poll(consumer, count):
    async def enough():
        read = []
        while len(read) < count:
            for records_ in (await consumer.getmany(timeout_ms=200)).values():
                read.extend(records_)
        return read

    return await asyncio.wait_for(enough(), 25)


async def read(job, topic, count, partitions=1, offset=None):
    async with consumer_of(job, max_partition_fetch_bytes=4 << 20) as consumer:
        consumer.assign([TopicPartition(topic, partition) for partition in range(partitions)])
        if offset is None:
            await consumer.seek_to_beginning()
        else:
            consumer.seek(TopicPartition(topic, 0), offset)
        return await poll(consumer, count)


def plain(count, start=0):
    return [{"value": value} for value in values(start, count)]


def texts(records_):
    return [record.value for record in records_]


def codec(name):
    async def scene(job):
        topic = await topic_of(job, "codec")
        await send(job, topic, plain(200), compression_type=name, linger_ms=20)
        same("values", texts(await read(job, topic, 200)), values(0, 200))
        return "200 records"

    return scene


def acks(how):
    async def scene(job):
        topic = await topic_of(job, "acks")
        sent = await send(job, topic, plain(50), acks=how)
        if how != 0:
            same("last offset", sent[-1].offset, 49)
        same("records", len(await read(job, topic, 50)), 50)

    return scene


async def idempotent(job):
    topic = await topic_of(job, "idempotent")
    await send(job, topic, plain(300), enable_idempotence=True, max_batch_size=1000)
    same("values", texts(await read(job, topic, 300)), values(0, 300))


async def records(job):
    topic = await topic_of(job, "records")
    headers = [("a", b"1"), ("b", b"\x00\xff\x80"), ("empty", b""), ("null", None), ("a", b"2")]
    keys_ = [b"k", None, b"gone", b"", "ключ".encode()]
    bodies = [b"v", b"no key", None, b"", "値 🎉".encode()]
    sent = [
        {"key": key, "value": value, "headers": headers, "timestamp_ms": 1_700_000_000_000 + index}
        for index, (key, value) in enumerate(zip(keys_, bodies))
    ]
    await send(job, topic, sent)
    for index, record in enumerate(await read(job, topic, len(sent))):
        same("record", (record.key, record.value, record.offset), (keys_[index], bodies[index], index))
        same("time", record.timestamp, 1_700_000_000_000 + index)
        same("headers", list(record.headers), headers)


async def consume_start(job):
    topic = await topic_of(job, "start")
    for at in range(3):
        await send(job, topic, plain(10, at * 10))
    same("values", texts(await read(job, topic, 30)), values(0, 30))


async def consume_end(job):
    topic = await topic_of(job, "end")
    await send(job, topic, plain(10))
    async with consumer_of(job) as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_end()
        same("position", await consumer.position(partition), 10)
        await send(job, topic, plain(5, 10))
        same("values", texts(await poll(consumer, 5)), values(10, 5))


async def consume_time(job):
    topic = await topic_of(job, "time")
    began = int(time.time() * 1000) - 100_000
    for index in range(10):
        await send(job, topic, [{"value": str(index).encode(), "timestamp_ms": began + index * 1000}])
    partition = TopicPartition(topic, 0)
    async with consumer_of(job) as consumer:
        found = await consumer.offsets_for_times({partition: began + 4500})
    same("offset by time", found[partition].offset, 5)
    same("values", texts(await read(job, topic, 5, offset=5)), [b"5", b"6", b"7", b"8", b"9"])


async def list_offsets(job):
    topic = await topic_of(job, "offsets", 3)
    await send(job, topic, [{"value": b"v", "partition": partition} for partition in (0, 0, 0, 1, 1)])
    all_ = [TopicPartition(topic, partition) for partition in range(3)]
    async with consumer_of(job) as consumer:
        starts, ends = await consumer.beginning_offsets(all_), await consumer.end_offsets(all_)
    same("offsets", [(starts[one], ends[one]) for one in all_], [(0, 3), (0, 2), (0, 0)])


async def message_1mib(job):
    topic = await topic_of(job, "large", configs={"max.message.bytes": str(2 << 20)})
    value = b"o" * (1 << 20)
    await send(job, topic, [{"value": value}] * 3, max_request_size=4 << 20)
    holds("values differ", all(record.value == value for record in await read(job, topic, 3)))


async def keys(job):
    topic = await topic_of(job, "keys", KEY_PARTITIONS)
    await send(job, topic, [{"key": key_at(index), "value": str(index).encode()} for index in range(KEYS)])
    wanted = java_partitions()
    found = await read(job, topic, KEYS, KEY_PARTITIONS)
    same("keys elsewhere", sum(wanted[int(record.value)] != record.partition for record in found), 0)
    return f"{KEYS} keys"


async def auto_create(job):
    topic = job.fresh("auto")
    await send(job, topic, plain(3))
    same("values", texts(await read(job, topic, 3)), values(0, 3))


async def unknown_topic(job):
    topic = job.fresh("nowhere")
    async with admin_of(job) as admin:
        (row,) = await admin.describe_topics([topic])
    same("error", for_code(row["error_code"]), UnknownTopicOrPartitionError)
    return str(row["error_code"])


async def too_large(job):
    topic = await topic_of(job, "too-large")
    try:
        await send(job, topic, [{"value": b"\0" * (2 << 20)}], max_request_size=8 << 20)
        raise AssertionError("it was not refused")
    except MessageSizeTooLargeError as error:
        detail = str(error)
    await send(job, topic, [{"value": b"small"}])
    same("values", texts(await read(job, topic, 1)), [b"small"])
    return detail


async def read_and_commit(job, topic, group, count, metadata=""):
    async with consumer_of(job, topic, group_id=group) as consumer:
        found = (await poll(consumer, count))[:count]
        position = OffsetAndMetadata(found[-1].offset + 1, metadata)
        await consumer.commit({TopicPartition(topic, 0): position})
    return texts(found)


async def group_commit(job):
    topic, group = await topic_of(job, "commit"), job.fresh("group")
    await send(job, topic, plain(20))
    same("first half", await read_and_commit(job, topic, group, 10, "half"), values(0, 10))
    async with admin_of(job) as admin:
        found = await admin.list_consumer_group_offsets(group)
    position = found[TopicPartition(topic, 0)]
    same("committed", (position.offset, position.metadata), (10, "half"))
    same("second half", await read_and_commit(job, topic, group, 10), values(10, 10))


async def member():
    consumer = AIOKafkaConsumer(
        bootstrap_servers=argument("bootstrap"),
        group_id=argument("group"),
        session_timeout_ms=6000,
        heartbeat_interval_ms=500,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=200,
    )

    class Listener(ConsumerRebalanceListener):
        async def on_partitions_revoked(self, revoked):
            pass

        async def on_partitions_assigned(self, assigned):
            say(assigned=[one.partition for one in assigned])

    await consumer.start()
    consumer.subscribe([argument("member")], listener=Listener())
    async for record in consumer:
        say(value=record.value.decode())


def group_rebalance(job):
    topic = asyncio.run(topic_of(job, "rebalance", 6))

    def produce(start):
        asyncio.run(send(job, topic, [{"value": str(start + i).encode(), "partition": i % 6} for i in range(60)]))

    return rebalance(os.path.abspath(__file__), job, topic, produce)


async def restart_resume(job):
    topic, group = await topic_of(job, "restart"), job.fresh("group")
    await send(job, topic, plain(30))
    await read_and_commit(job, topic, group, 10, "before")
    async with producer_of(job) as producer:
        await producer.send_and_wait(topic, b"between")
        await asyncio.to_thread(job.restart)
        await producer.send_and_wait(topic, b"after")
    same("values", await read_and_commit(job, topic, group, 22), values(10, 20) + [b"between", b"after"])
    return "the same producer went on"


async def create(job):
    topic = await topic_of(job, "create", 3, {"retention.ms": "3600000"})
    async with admin_of(job) as admin:
        (described,) = await admin.describe_topics([topic])
        same("partitions", sorted(row["partition"] for row in described["partitions"]), [0, 1, 2])
        holds("listed", topic in await admin.list_topics())
        try:
            refusals(await admin.create_topics([NewTopic(topic, 1, 1)]))
            raise AssertionError("created twice")
        except TopicAlreadyExistsError:
            pass


async def delete(job):
    topic = await topic_of(job, "delete")
    async with admin_of(job) as admin:
        await admin.delete_topics([topic])
        for _ in range(200):
            if topic not in await admin.list_topics():
                return
            await asyncio.sleep(0.05)
    raise AssertionError("still listed")


async def admin_configs(job):
    topic = await topic_of(job, "configs")
    async with admin_of(job) as admin:
        resource = lambda configs=None: ConfigResource(ConfigResourceType.TOPIC, topic, configs)  # noqa: E731
        refusals((await admin.alter_configs({resource({"retention.ms": "7200000"}): None}))[0])
        for _ in range(100):
            (response,) = await admin.describe_configs([resource()])
            found = {row[0]: row[1] for row in response.resources[0][4]}
            if found["retention.ms"] == "7200000":
                break
            await asyncio.sleep(0.05)
        same("retention.ms", found["retention.ms"], "7200000")
        (response,) = await admin.alter_configs({resource({"cleanup.policy": "nonsense"}): None})
        same("error", response.resources[0][0], 40)
        return response.resources[0][1]


async def admin_partitions(job):
    topic = await topic_of(job, "partitions", 2)
    async with admin_of(job) as admin:
        await admin.create_partitions({topic: NewPartitions(5)})
        for _ in range(200):
            (described,) = await admin.describe_topics([topic])
            if len(described["partitions"]) == 5:
                break
            await asyncio.sleep(0.05)
        same("partitions", len(described["partitions"]), 5)
        try:
            await admin.create_partitions({topic: NewPartitions(3)})
        except InvalidPartitionsError as error:
            return str(error)
    raise AssertionError("it shrank")


async def admin_groups(job):
    topic, group = await topic_of(job, "groups"), job.fresh("group")
    await send(job, topic, plain(5))
    await read_and_commit(job, topic, group, 5)
    async with admin_of(job) as admin:
        holds("listed", group in [row[0] for row in await admin.list_consumer_groups()])
        (described,) = await admin.describe_consumer_groups([group])
        same("state", described.groups[0][2], "Empty")
        found = await admin.list_consumer_group_offsets(group)
        same("offset", found[TopicPartition(topic, 0)].offset, 5)
        if not hasattr(admin, "delete_consumer_groups"):
            return "without deleting, which this client does not offer"
        await admin.delete_consumer_groups([group])
        holds("still listed", group not in [row[0] for row in await admin.list_consumer_groups()])


async def delete_records(job):
    topic = await topic_of(job, "delete-records")
    await send(job, topic, plain(10))
    async with admin_of(job) as admin:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=4)})
    same("first", (await read(job, topic, 6))[0].offset, 4)


async def describe_cluster(job):
    async with admin_of(job) as admin:
        cluster = await admin.describe_cluster()
    same("nodes", len(cluster["brokers"]), 1)
    holds("a controller", cluster["controller_id"] >= 0)
    return cluster["cluster_id"]


ASYNC = {
    **{f"produce-{name or 'none'}": codec(name) for name in (None, "gzip", "snappy", "lz4", "zstd")},
    "acks-0": acks(0),
    "acks-1": acks(1),
    "acks-all": acks("all"),
    "idempotent": idempotent,
    "records": records,
    "consume-start": consume_start,
    "consume-end": consume_end,
    "consume-time": consume_time,
    "list-offsets": list_offsets,
    "message-1mib": message_1mib,
    "java-partitions": keys,
    "auto-create": auto_create,
    "unknown-topic": unknown_topic,
    "too-large": too_large,
    "group-commit": group_commit,
    "restart-resume": restart_resume,
    "create": create,
    "delete": delete,
    "admin-configs": admin_configs,
    "admin-partitions": admin_partitions,
    "admin-groups": admin_groups,
    "delete-records": delete_records,
    "describe-cluster": describe_cluster,
}

if __name__ == "__main__":
    if argument("member"):
        asyncio.run(member())
    run_scenes("aiokafka", {**{name: play(scene) for name, scene in ASYNC.items()}, "group-rebalance": group_rebalance})
