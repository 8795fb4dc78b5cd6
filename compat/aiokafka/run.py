"""aiokafka, unchanged, through the common scenarios."""

import asyncio
import logging
import os
import sys

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
from runner import argument, holds, rebalance, run_scenes, same, say, values  # noqa: E402
from scenes import Record, TooLarge, Verbs, plain, scenes_of, texts  # noqa: E402

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


async def poll(consumer, count):
    async def enough():
        read = []
        while len(read) < count:
            for records_ in (await consumer.getmany(timeout_ms=200)).values():
                read.extend(records_)
        return read

    return await asyncio.wait_for(enough(), 25)


async def send(job, topic, records, **settings):
    async with producer_of(job, **settings) as producer:
        sent = [await producer.send(topic, **record) for record in records]
        return await asyncio.gather(*sent)


async def read(job, topic, count, partitions=1, offset=None):
    async with consumer_of(job, max_partition_fetch_bytes=4 << 20) as consumer:
        consumer.assign([TopicPartition(topic, partition) for partition in range(partitions)])
        if offset is None:
            await consumer.seek_to_beginning()
        else:
            consumer.seek(TopicPartition(topic, 0), offset)
        return await poll(consumer, count)


async def read_and_commit(job, topic, group, count, metadata=""):
    async with consumer_of(job, topic, group_id=group) as consumer:
        found = (await poll(consumer, count))[:count]
        position = OffsetAndMetadata(found[-1].offset + 1, metadata)
        await consumer.commit({TopicPartition(topic, 0): position})
    return texts(found)


async def offset_at(job, topic, time_ms):
    partition = TopicPartition(topic, 0)
    async with consumer_of(job) as consumer:
        found = await consumer.offsets_for_times({partition: time_ms})
    return found[partition].offset


async def committed(job, topic, group):
    async with admin_of(job) as admin:
        found = await admin.list_consumer_group_offsets(group)
    position = found[TopicPartition(topic, 0)]
    return position.offset, position.metadata


def record_of(record):
    return Record(
        record.key, record.value, list(record.headers), record.timestamp, record.offset, record.partition
    )


class Aiokafka(Verbs):
    def topic(self, job, stem, partitions=1, config=None):
        return asyncio.run(topic_of(job, stem, partitions, config))

    def send(self, job, topic, records, codec=None, acks=None, idempotent=False, max_bytes=None):
        settings = {}
        if codec:
            settings.update(compression_type=None if codec == "none" else codec, linger_ms=20)
        if acks:
            settings["acks"] = acks if acks == "all" else int(acks)
        if idempotent:
            settings.update(enable_idempotence=True, max_batch_size=1000)
        if max_bytes:
            settings["max_request_size"] = max_bytes
        names = {"time_ms": "timestamp_ms"}
        records = [{names.get(name, name): value for name, value in record.items()} for record in records]
        try:
            sent = asyncio.run(send(job, topic, records, **settings))
        except MessageSizeTooLargeError as error:
            raise TooLarge(str(error)) from error
        return [None if acks == "0" else one.offset for one in sent]

    def read(self, job, topic, count, partitions=1, offset=None):
        return [record_of(record) for record in asyncio.run(read(job, topic, count, partitions, offset))]

    def offset_at(self, job, topic, time_ms):
        return asyncio.run(offset_at(job, topic, time_ms))

    def read_and_commit(self, job, topic, group, count, metadata=""):
        return asyncio.run(read_and_commit(job, topic, group, count, metadata))

    def committed(self, job, topic, group):
        return asyncio.run(committed(job, topic, group))


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


async def list_offsets(job):
    topic = await topic_of(job, "offsets", 3)
    await send(job, topic, [{"value": b"v", "partition": partition} for partition in (0, 0, 0, 1, 1)])
    all_ = [TopicPartition(topic, partition) for partition in range(3)]
    async with consumer_of(job) as consumer:
        starts, ends = await consumer.beginning_offsets(all_), await consumer.end_offsets(all_)
    same("offsets", [(starts[one], ends[one]) for one in all_], [(0, 3), (0, 2), (0, 0)])


async def unknown_topic(job):
    topic = job.fresh("nowhere")
    async with admin_of(job) as admin:
        (row,) = await admin.describe_topics([topic])
    same("error", for_code(row["error_code"]), UnknownTopicOrPartitionError)
    return str(row["error_code"])


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
    "consume-end": consume_end,
    "list-offsets": list_offsets,
    "unknown-topic": unknown_topic,
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
    scenes = {**scenes_of(Aiokafka()), **{name: play(scene) for name, scene in ASYNC.items()}}
    run_scenes("aiokafka", {**scenes, "group-rebalance": group_rebalance})
