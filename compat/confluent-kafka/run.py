"""confluent-kafka (librdkafka), unchanged, through the common scenarios."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

from confluent_kafka import (  # noqa: E402
    OFFSET_BEGINNING,
    OFFSET_END,
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import (  # noqa: E402
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)
from runner import argument, holds, rebalance, run_scenes, same, say, until, values  # noqa: E402
from scenes import Record, TooLarge, Verbs, plain, scenes_of, texts  # noqa: E402


ADMINS = []


def admin_of(job):
    """One for all scenarios: a client that is collected takes its pending calls with it."""
    if not ADMINS:
        ADMINS.append(AdminClient({"bootstrap.servers": job.bootstrap}))
    return ADMINS[0]


def done(futures):
    return {key: future.result(20) for key, future in futures.items()}


def consumer_of(job, **settings):
    return Consumer({
        "bootstrap.servers": job.bootstrap,
        "group.id": settings.pop("group", job.fresh("reader")),
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "fetch.wait.max.ms": 200,
        **settings,
    })


def poll(consumer, count, timeout_s=25):
    read = []
    deadline = time.monotonic() + timeout_s
    while len(read) < count:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            read.append(message)
        elif message is not None and message.error().code() != KafkaError._PARTITION_EOF:
            raise KafkaException(message.error())
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(read)} of {count} records")
    return read


def record_of(message):
    return Record(
        message.key(), message.value(), message.headers(), message.timestamp()[1], message.offset(), message.partition()
    )


class Librdkafka(Verbs):
    def topic(self, job, stem, partitions=1, config=None):
        topic = job.fresh(stem)
        done(admin_of(job).create_topics([NewTopic(topic, partitions, 1, config=config or {})]))
        return topic

    def send(self, job, topic, records, codec=None, acks=None, idempotent=False, max_bytes=None):
        settings = {"bootstrap.servers": job.bootstrap, "linger.ms": 5, "partitioner": "murmur2_random"}
        if codec:
            settings["compression.type"] = codec
        if acks:
            settings["acks"] = acks
        if idempotent:
            settings.update({"enable.idempotence": True, "batch.num.messages": 10})
        if max_bytes:
            settings["message.max.bytes"] = max_bytes
        producer = Producer(settings)
        delivered, errors = [], []

        def report(error, message):
            (errors if error else delivered).append(error or message)

        for record in records:
            record = {"timestamp" if name == "time_ms" else name: value for name, value in record.items()}
            while True:
                try:
                    producer.produce(topic, on_delivery=report, **record)
                    break
                except BufferError:
                    producer.poll(0.1)
        same("messages in flight", producer.flush(25), 0)
        if errors and errors[0].code() == KafkaError.MSG_SIZE_TOO_LARGE:
            raise TooLarge(errors[0].str())
        if errors:
            raise KafkaException(errors[0])
        return [message.offset() for message in delivered]

    def read(self, job, topic, count, partitions=1, offset=None):
        consumer = consumer_of(job)
        begin = OFFSET_BEGINNING if offset is None else offset
        consumer.assign([TopicPartition(topic, partition, begin) for partition in range(partitions)])
        try:
            return [record_of(message) for message in poll(consumer, count)]
        finally:
            consumer.close()

    def offset_at(self, job, topic, time_ms):
        consumer = consumer_of(job)
        (found,) = consumer.offsets_for_times([TopicPartition(topic, 0, time_ms)], timeout=10)
        consumer.close()
        return found.offset

    def read_and_commit(self, job, topic, group, count, metadata=""):
        consumer = consumer_of(job, group=group)
        consumer.subscribe([topic])
        read = poll(consumer, count)[:count]
        position = TopicPartition(topic, 0, read[-1].offset() + 1, metadata)
        consumer.commit(offsets=[position], asynchronous=False)
        consumer.close()
        return [message.value() for message in read]

    def committed(self, job, topic, group):
        consumer = consumer_of(job, group=group)
        (position,) = consumer.committed([TopicPartition(topic, 0)], timeout=10)
        consumer.close()
        return position.offset, position.metadata


CLIENT = Librdkafka()


def consume_end(job):
    topic = CLIENT.topic(job, "end")
    CLIENT.send(job, topic, plain(10))
    consumer = consumer_of(job)
    consumer.assign([TopicPartition(topic, 0, OFFSET_END)])
    consumer.poll(1.0)
    CLIENT.send(job, topic, plain(5, 10))
    same("offsets", [message.offset() for message in poll(consumer, 5)], [10, 11, 12, 13, 14])
    consumer.close()


def list_offsets(job):
    topic = CLIENT.topic(job, "offsets", 3)
    CLIENT.send(job, topic, [{"value": "v", "partition": partition} for partition in (0, 0, 0, 1, 1)])
    consumer = consumer_of(job)
    marks = [consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10) for partition in range(3)]
    consumer.close()
    same("watermarks", marks, [(0, 3), (0, 2), (0, 0)])
    asked = {TopicPartition(topic, 0): OffsetSpec.max_timestamp(), TopicPartition(topic, 1): OffsetSpec.earliest()}
    found = done(admin_of(job).list_offsets(asked))
    same("listed", sorted((key.partition, value.offset >= 0) for key, value in found.items()), [(0, True), (1, True)])


def unknown_topic(job):
    consumer = consumer_of(job, **{"allow.auto.create.topics": False})
    consumer.subscribe([job.fresh("nowhere")])
    found = []

    def look():
        message = consumer.poll(0.2)
        if message is not None and message.error():
            found.append(message.error())
        return found

    try:
        until("an error", 15, look)
    finally:
        consumer.close()
    same("error", found[0].code(), KafkaError.UNKNOWN_TOPIC_OR_PART)
    return found[0].str()


def member():
    consumer = Consumer({
        "bootstrap.servers": argument("bootstrap"),
        "group.id": argument("group"),
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 200,
    })
    said = lambda _consumer, partitions: say(assigned=[one.partition for one in partitions])  # noqa: E731
    consumer.subscribe([argument("member")], on_assign=said)
    while True:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            say(value=message.value().decode())


def group_rebalance(job):
    topic = CLIENT.topic(job, "rebalance", 6)

    def produce(start):
        CLIENT.send(job, topic, [{"value": str(start + index), "partition": index % 6} for index in range(60)])

    return rebalance(os.path.abspath(__file__), job, topic, produce)


def restart_resume(job):
    topic, group = CLIENT.topic(job, "restart"), job.fresh("group")
    CLIENT.send(job, topic, plain(30))
    CLIENT.read_and_commit(job, topic, group, 10, "before")
    producer = Producer({"bootstrap.servers": job.bootstrap, "enable.idempotence": True})
    producer.produce(topic, b"between")
    same("in flight", producer.flush(20), 0)
    job.restart()
    producer.produce(topic, b"after")
    same("in flight", producer.flush(30), 0)
    same("values", CLIENT.read_and_commit(job, topic, group, 22), values(10, 20) + [b"between", b"after"])
    return "the same producer went on"


def create(job):
    topic = CLIENT.topic(job, "create", 3, {"retention.ms": "3600000"})
    admin = admin_of(job)
    described = admin.list_topics(topic, timeout=10).topics[topic]
    same("partitions", sorted(described.partitions), [0, 1, 2])
    try:
        done(admin.create_topics([NewTopic(topic, 1, 1)]))
        raise AssertionError("created twice")
    except KafkaException as error:
        same("error", error.args[0].code(), KafkaError.TOPIC_ALREADY_EXISTS)


def delete(job):
    topic = CLIENT.topic(job, "delete")
    admin = admin_of(job)
    done(admin.delete_topics([topic]))
    until("not listed any more", 10, lambda: topic not in admin.list_topics(timeout=10).topics)


def admin_configs(job):
    topic = CLIENT.topic(job, "configs")
    admin = admin_of(job)

    def alter(name, value):
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        done(admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])]))

    def described():
        (config,) = done(admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)])).values()
        return config["retention.ms"].value

    alter("retention.ms", "7200000")
    until("retention.ms=7200000", 5, lambda: described() == "7200000")
    try:
        alter("cleanup.policy", "nonsense")
        raise AssertionError("an illegal value was taken")
    except KafkaException as error:
        same("error", error.args[0].code(), KafkaError.INVALID_CONFIG)
        return error.args[0].str()


def admin_partitions(job):
    topic = CLIENT.topic(job, "partitions", 2)
    admin = admin_of(job)
    done(admin.create_partitions([NewPartitions(topic, 5)]))
    until("5 partitions", 10, lambda: len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == 5)
    try:
        done(admin.create_partitions([NewPartitions(topic, 3)]))
        raise AssertionError("it shrank")
    except KafkaException as error:
        same("error", error.args[0].code(), KafkaError.INVALID_PARTITIONS)
        return error.args[0].str()


def admin_groups(job):
    topic, group = CLIENT.topic(job, "groups"), job.fresh("group")
    CLIENT.send(job, topic, plain(5))
    CLIENT.read_and_commit(job, topic, group, 5)
    admin = admin_of(job)
    reset = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 2)])
    done(admin.alter_consumer_group_offsets([reset]))
    holds("listed", group in [row.group_id for row in admin.list_consumer_groups().result(20).valid])
    described = done(admin.describe_consumer_groups([group]))[group]
    same("state", described.state.name, "EMPTY")
    found = done(admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]))[group]
    same("offset", [row.offset for row in found.topic_partitions], [2])
    done(admin.delete_consumer_groups([group]))
    holds("still listed", group not in [row.group_id for row in admin.list_consumer_groups().result(20).valid])


def delete_records(job):
    topic = CLIENT.topic(job, "delete-records")
    CLIENT.send(job, topic, plain(10))
    (low,) = done(admin_of(job).delete_records([TopicPartition(topic, 0, 4)])).values()
    same("low watermark", low.low_watermark, 4)
    same("first", CLIENT.read(job, topic, 6)[0].offset, 4)


def describe_cluster(job):
    cluster = admin_of(job).describe_cluster().result(20)
    same("nodes", len(cluster.nodes), 1)
    holds("a controller", cluster.controller is not None)
    return cluster.cluster_id


def transactions(job):
    source, target, group, identity = CLIENT.topic(job, "from"), CLIENT.topic(job, "to"), job.fresh("group"), job.fresh("tx")
    CLIENT.send(job, source, plain(60))
    consumer = consumer_of(job, group=group, **{"isolation.level": "read_committed"})
    consumer.subscribe([source])
    producer = Producer({"bootstrap.servers": job.bootstrap, "transactional.id": identity})
    producer.init_transactions(20)
    for nth in range(6):
        messages = poll(consumer, 10)
        # Each batch is aborted once before it is committed.
        for commits in (False, True):
            producer.begin_transaction()
            for message in messages:
                producer.produce(target, message.value())
            position = [TopicPartition(source, 0, messages[-1].offset() + 1)]
            producer.send_offsets_to_transaction(position, consumer.consumer_group_metadata(), 20)
            producer.commit_transaction(20) if commits else producer.abort_transaction(20)
    committed = [row.offset for row in consumer.committed([TopicPartition(source, 0)], 20)]
    consumer.close()
    same("offset", committed, [60])
    same("what was committed", texts(CLIENT.read(job, target, 60)), values(0, 60))
    producer.begin_transaction()
    producer.produce(target, "never")
    producer.flush(20)
    twin = Producer({"bootstrap.servers": job.bootstrap, "transactional.id": identity})
    twin.init_transactions(20)
    twin.begin_transaction()
    twin.produce(target, "last")
    twin.commit_transaction(20)
    try:
        producer.commit_transaction(20)
    except KafkaException as error:
        says = error.args[0].name()
    else:
        raise AssertionError("the fenced producer has committed")
    same("the twin is heard, the fenced one is not", texts(CLIENT.read(job, target, 61))[-1], b"last")
    return says


SCENES = {
    **scenes_of(CLIENT),
    "transactions": transactions,
    "consume-end": consume_end,
    "list-offsets": list_offsets,
    "unknown-topic": unknown_topic,
    "group-rebalance": group_rebalance,
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
        member()
    run_scenes("confluent-kafka", SCENES)
