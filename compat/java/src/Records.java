import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Scenarios about records: producing, reading, partitions, limits. */
final class Records {
    private static final int KEYS = 10_000;
    private static final int KEY_PARTITIONS = 7;

    private Records() {}

    static KafkaProducer<byte[], byte[]> producer(Object... pairs) {
        return new KafkaProducer<>(Compat.settings(pairs), new ByteArraySerializer(), new ByteArraySerializer());
    }

    static KafkaConsumer<byte[], byte[]> consumer(Object... pairs) {
        Properties settings = Compat.settings(pairs);
        settings.putIfAbsent("auto.offset.reset", "earliest");
        settings.putIfAbsent("enable.auto.commit", "false");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static List<String> values(int from, int count) {
        List<String> list = new ArrayList<>();
        for (int index = from; index < from + count; index++) list.add("value-" + index + "-" + "a".repeat(index % 100));
        return list;
    }

    static List<RecordMetadata> send(String topic, List<String> values, Object... pairs) throws Exception {
        List<RecordMetadata> facts = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(pairs)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (String value : values) sent.add(producer.send(new ProducerRecord<>(topic, bytes(value))));
            for (Future<RecordMetadata> one : sent) facts.add(one.get());
        }
        return facts;
    }

    static List<ConsumerRecord<byte[], byte[]>> poll(KafkaConsumer<byte[], byte[]> consumer, int count) throws Exception {
        List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
        Compat.until(count + " records", 25_000, () -> {
            consumer.poll(Duration.ofMillis(200)).forEach(read::add);
            return read.size() >= count;
        });
        return read;
    }

    /** Reads {@code count} records of all partitions by assignment, from their starts. */
    static List<ConsumerRecord<byte[], byte[]>> read(String topic, int count) throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            Collection<TopicPartition> all = new ArrayList<>();
            for (PartitionInfo info : consumer.partitionsFor(topic)) all.add(new TopicPartition(topic, info.partition()));
            consumer.assign(all);
            consumer.seekToBeginning(all);
            return poll(consumer, count);
        }
    }

    static List<String> texts(List<ConsumerRecord<byte[], byte[]>> read) {
        return read.stream().map(record -> text(record.value())).toList();
    }

    private static Compat.Scene codec(String compression) {
        return () -> {
            String topic = Admins.topic("codec", 1, Map.of());
            send(topic, values(0, 200), "compression.type", compression, "linger.ms", "20");
            Compat.same("values", texts(read(topic, 200)), values(0, 200));
            return "200 records";
        };
    }

    private static Compat.Scene acks(String acks) {
        return () -> {
            String topic = Admins.topic("acks", 1, Map.of());
            List<RecordMetadata> facts = send(topic, values(0, 50), "acks", acks, "enable.idempotence", "false");
            if (!acks.equals("0")) Compat.same("last offset", facts.get(49).offset(), 49);
            Compat.same("records", read(topic, 50).size(), 50);
            return null;
        };
    }

    private static String idempotent() throws Exception {
        String topic = Admins.topic("idempotent", 1, Map.of());
        send(topic, values(0, 300), "enable.idempotence", "true", "batch.size", "1000", "max.in.flight.requests.per.connection", "5");
        Compat.same("values", texts(read(topic, 300)), values(0, 300));
        return null;
    }

    private static String records() throws Exception {
        String topic = Admins.topic("records", 1, Map.of());
        String[] keys = {"k", null, "gone", "", "ключ"};
        String[] values = {"v", "no key", null, "", "値 🎉"};
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int index = 0; index < keys.length; index++) {
                ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, 0, 1_700_000_000_000L + index, bytes(keys[index]), bytes(values[index]));
                record.headers().add("a", bytes("1")).add("b", new byte[] {0, -1, -128}).add("empty", new byte[0]).add("null", null).add("a", bytes("2"));
                producer.send(record).get();
            }
        }
        List<ConsumerRecord<byte[], byte[]>> read = read(topic, keys.length);
        for (int index = 0; index < keys.length; index++) {
            ConsumerRecord<byte[], byte[]> record = read.get(index);
            Compat.same("key", text(record.key()), keys[index]);
            Compat.same("value", text(record.value()), values[index]);
            Compat.same("offset", record.offset(), index);
            Compat.same("timestamp", record.timestamp(), 1_700_000_000_000L + index);
            List<String> headers = new ArrayList<>();
            record.headers().forEach(header -> headers.add(header.key() + Arrays.toString(header.value())));
            Compat.same("headers", headers, "[a[49], b[0, -1, -128], empty[], nullnull, a[50]]");
        }
        return null;
    }

    private static String consumeStart() throws Exception {
        String topic = Admins.topic("start", 1, Map.of());
        for (int at = 0; at < 3; at++) send(topic, values(at * 10, 10));
        Compat.same("values", texts(read(topic, 30)), values(0, 30));
        return null;
    }

    private static String consumeEnd() throws Exception {
        String topic = Admins.topic("end", 1, Map.of());
        send(topic, values(0, 10));
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            Compat.same("position", consumer.position(partition), 10);
            send(topic, values(10, 5));
            Compat.same("values", texts(poll(consumer, 5)), values(10, 5));
        }
        return null;
    }

    private static String consumeTime() throws Exception {
        String topic = Admins.topic("time", 1, Map.of());
        long began = System.currentTimeMillis() - 100_000;
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int index = 0; index < 10; index++) {
                producer.send(new ProducerRecord<>(topic, 0, began + index * 1000L, null, bytes("" + index))).get();
            }
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            Compat.same("offset by time", consumer.offsetsForTimes(Map.of(partition, began + 4500)).get(partition).offset(), 5);
            Compat.same("after all", consumer.offsetsForTimes(Map.of(partition, began + 60_000)).get(partition), null);
            consumer.assign(List.of(partition));
            consumer.seek(partition, 5);
            Compat.same("values", texts(poll(consumer, 5)), "[5, 6, 7, 8, 9]");
        }
        return null;
    }

    private static String listOffsets() throws Exception {
        String topic = Admins.topic("offsets", 3, Map.of());
        List<TopicPartition> all = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1), new TopicPartition(topic, 2));
        try (KafkaProducer<byte[], byte[]> producer = producer(); KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            for (int partition : new int[] {0, 0, 0, 1, 1}) producer.send(new ProducerRecord<>(topic, partition, null, bytes("v"))).get();
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(all);
            Compat.same("ends", all.stream().map(ends::get).toList(), "[3, 2, 0]");
            Compat.same("starts", all.stream().map(starts::get).toList(), "[0, 0, 0]");
        }
        return null;
    }

    private static String large() throws Exception {
        String topic = Admins.topic("large", 1, Map.of("max.message.bytes", "" + (2 << 20)));
        byte[] value = new byte[1 << 20];
        Arrays.fill(value, (byte) 'o');
        try (KafkaProducer<byte[], byte[]> producer = producer("max.request.size", 4 << 20)) {
            for (int index = 0; index < 3; index++) producer.send(new ProducerRecord<>(topic, value)).get();
        }
        for (ConsumerRecord<byte[], byte[]> record : read(topic, 3)) Compat.holds("values differ", Arrays.equals(record.value(), value));
        return null;
    }

    static String keyAt(int index) {
        if (index % 3 == 0) return "key-" + index;
        return index % 3 == 1 ? "é" + index * 7919L + "ß" : "x".repeat(index % 50) + index;
    }

    private static int[] chosen(String topic) throws Exception {
        int[] partitions = new int[KEYS];
        try (KafkaProducer<byte[], byte[]> producer = producer("linger.ms", "5")) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int index = 0; index < KEYS; index++) sent.add(producer.send(new ProducerRecord<>(topic, bytes(keyAt(index)), bytes("" + index))));
            for (int index = 0; index < KEYS; index++) partitions[index] = sent.get(index).get().partition();
        }
        return partitions;
    }

    /** The fixture all clients are held to: one digit a key, a hundred a line. */
    static String fixture() throws Exception {
        StringBuilder out = new StringBuilder();
        int[] partitions = chosen(Admins.topic("fixture", KEY_PARTITIONS, Map.of()));
        for (int index = 0; index < KEYS; index++) out.append(partitions[index]).append(index % 100 == 99 ? "\n" : "");
        return out.toString();
    }

    private static String javaPartitions() throws Exception {
        String topic = Admins.topic("keys", KEY_PARTITIONS, Map.of());
        chosen(topic);
        String digits = Files.readString(Path.of("compat/shared/java-partitions.txt")).replaceAll("\\s", "");
        Map<Integer, Integer> wrong = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : read(topic, KEYS)) {
            int index = Integer.parseInt(text(record.value()));
            if (digits.charAt(index) - '0' != record.partition()) wrong.put(index, record.partition());
        }
        Compat.same("keys elsewhere", wrong.size(), 0);
        return KEYS + " keys";
    }

    private static String autoCreate() throws Exception {
        String topic = Compat.fresh("auto");
        send(topic, values(0, 3));
        Compat.same("values", texts(read(topic, 3)), values(0, 3));
        return null;
    }

    private static String unknownTopic() throws Exception {
        String topic = Compat.fresh("nowhere");
        Throwable described = Compat.refused("describe", () -> Admins.with(admin -> admin.describeTopics(List.of(topic)).allTopicNames().get()));
        Compat.holds("another error: " + described, described instanceof UnknownTopicOrPartitionException);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("allow.auto.create.topics", "false")) {
            Throwable error = Compat.refused("position", () -> {
                consumer.assign(List.of(new TopicPartition(topic, 0)));
                return "" + consumer.position(new TopicPartition(topic, 0), Duration.ofSeconds(2));
            });
            Compat.holds("another error: " + error, error instanceof TimeoutException || error instanceof UnknownTopicOrPartitionException);
        }
        return described.getMessage();
    }

    private static String tooLarge() throws Exception {
        String topic = Admins.topic("too-large", 1, Map.of());
        try (KafkaProducer<byte[], byte[]> producer = producer("max.request.size", 8 << 20)) {
            Throwable error = Compat.refused("2 MiB", () -> "" + producer.send(new ProducerRecord<>(topic, new byte[2 << 20])).get());
            Compat.holds("another error: " + error, error instanceof RecordTooLargeException);
            producer.send(new ProducerRecord<>(topic, bytes("small"))).get();
            Compat.same("records", texts(read(topic, 1)), "[small]");
            return error.getMessage();
        }
    }

    static void scenes(Map<String, Compat.Scene> scenes) {
        for (String name : List.of("none", "gzip", "snappy", "lz4", "zstd")) scenes.put("produce-" + name, codec(name));
        for (String name : List.of("0", "1", "all")) scenes.put("acks-" + name, acks(name));
        scenes.put("idempotent", Records::idempotent);
        scenes.put("records", Records::records);
        scenes.put("consume-start", Records::consumeStart);
        scenes.put("consume-end", Records::consumeEnd);
        scenes.put("consume-time", Records::consumeTime);
        scenes.put("list-offsets", Records::listOffsets);
        scenes.put("message-1mib", Records::large);
        scenes.put("java-partitions", Records::javaPartitions);
        scenes.put("auto-create", Records::autoCreate);
        scenes.put("unknown-topic", Records::unknownTopic);
        scenes.put("too-large", Records::tooLarge);
    }
}
