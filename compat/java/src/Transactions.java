import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** The scenario of transactions: from one topic to another, exactly once. */
final class Transactions {
    private static final int RECORDS = 60;

    private Transactions() {}

    private static String play() throws Exception {
        String from = Admins.topic("from", 2, Map.of());
        String to = Admins.topic("to", 1, Map.of());
        String group = Compat.fresh("group");
        String identity = Compat.fresh("tx");
        Records.send(from, Records.values(0, RECORDS));
        int rounds = 0;
        try (KafkaProducer<byte[], byte[]> producer = Records.producer("transactional.id", identity);
                KafkaConsumer<byte[], byte[]> consumer = Records.consumer("group.id", group, "isolation.level", "read_committed", "max.poll.records", "7")) {
            producer.initTransactions();
            consumer.subscribe(List.of(from));
            for (int done = 0; done < RECORDS; rounds++) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(300));
                if (records.isEmpty()) continue;
                // Each batch is aborted once before it is committed.
                for (boolean commits : new boolean[] {false, true}) {
                    producer.beginTransaction();
                    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                    for (ConsumerRecord<byte[], byte[]> record : records) {
                        producer.send(new ProducerRecord<>(to, record.value()));
                        offsets.put(new TopicPartition(from, record.partition()), new OffsetAndMetadata(record.offset() + 1));
                    }
                    producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                    if (commits) producer.commitTransaction();
                    else producer.abortTransaction();
                }
                done += records.count();
            }
            long committed = consumer.committed(java.util.Set.of(new TopicPartition(from, 0), new TopicPartition(from, 1))).values().stream().filter(java.util.Objects::nonNull).mapToLong(OffsetAndMetadata::offset).sum();
            Compat.same("offsets", committed, RECORDS);
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(to, Records.bytes("never"))).get();
            try (KafkaProducer<byte[], byte[]> twin = Records.producer("transactional.id", identity)) {
                twin.initTransactions();
                twin.beginTransaction();
                twin.send(new ProducerRecord<>(to, Records.bytes("last")));
                twin.commitTransaction();
            }
            Throwable error = Compat.refused("the fenced producer", () -> {
                producer.commitTransaction();
                return "";
            });
            try (KafkaConsumer<byte[], byte[]> reader = Records.consumer("isolation.level", "read_committed")) {
                reader.assign(List.of(new TopicPartition(to, 0)));
                java.util.List<String> seen = new java.util.ArrayList<>();
                Compat.until("all that was committed", 20_000, () -> {
                    for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(100))) seen.add(Records.text(record.value()));
                    return seen.size() >= RECORDS + 1;
                });
                Compat.same("records", seen.size(), RECORDS + 1);
                Compat.same("distinct", new java.util.HashSet<>(seen).size(), RECORDS + 1);
                Compat.same("last", seen.get(RECORDS), "last");
            }
            return rounds + " rounds, " + error.getClass().getSimpleName();
        }
    }

    static void scenes(Map<String, Compat.Scene> scenes) {
        scenes.put("transactions", Transactions::play);
    }
}
