import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What an application does, with nothing that a client of 2.0 does not have: topics, records, a transaction, a group, its offsets. */
public class Elder {
    static final int RECORDS = 50;

    static Properties properties(String... pairs) {
        Properties made = new Properties();
        for (int at = 0; at < pairs.length; at += 2) made.put(pairs[at], pairs[at + 1]);
        return made;
    }

    static void check(boolean holds, String what) {
        if (!holds) throw new IllegalStateException(what);
    }

    static void produce(String bootstrap, String topic, boolean inTransaction) throws Exception {
        Properties settings = properties(
            "bootstrap.servers", bootstrap,
            "key.serializer", "org.apache.kafka.common.serialization.StringSerializer",
            "value.serializer", "org.apache.kafka.common.serialization.StringSerializer",
            "compression.type", "gzip");
        if (inTransaction) settings.put("transactional.id", topic);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
            if (inTransaction) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            for (int nth = 0; nth < RECORDS; nth++) producer.send(new ProducerRecord<>(topic, "k" + nth, "v" + nth)).get();
            if (inTransaction) producer.commitTransaction();
        }
    }

    static void consume(String bootstrap, String topic, int expected) {
        Properties settings = properties(
            "bootstrap.servers", bootstrap,
            "group.id", "g-" + topic,
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed",
            "enable.auto.commit", "false",
            "key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer",
            "value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        List<String> got = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
            consumer.subscribe(Collections.singletonList(topic));
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
            while (got.size() < expected && System.nanoTime() < until)
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) got.add(record.value());
            consumer.commitSync();
        }
        check(got.size() == expected, "read " + got.size() + " records, not " + expected);
    }

    public static void main(String[] args) throws Exception {
        String bootstrap = args[0];
        String topic = args[1];
        try (AdminClient admin = AdminClient.create(properties("bootstrap.servers", bootstrap))) {
            admin.createTopics(Collections.singletonList(new NewTopic(topic, 1, (short) 1))).all().get();
            check(admin.listTopics().names().get().contains(topic), "the topic is not listed");
            check(admin.describeCluster().nodes().get().size() == 1, "not one node");
            produce(bootstrap, topic, false);
            produce(bootstrap, topic, true);
            consume(bootstrap, topic, 2 * RECORDS);
            check(!admin.listConsumerGroups().all().get().isEmpty(), "no group is listed");
            check(
                admin.listConsumerGroupOffsets("g-" + topic).partitionsToOffsetAndMetadata().get().size() == 1,
                "no offset is committed");
            admin.deleteTopics(Collections.singletonList(topic)).all().get();
        }
        System.out.println("ok");
        System.exit(0);
    }
}
