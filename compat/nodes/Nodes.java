import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Apache Kafka's Java client, unchanged, through the downtimes of compat/nodes/run.ts. */
public final class Nodes {
    private static final int PARTITIONS = 6;
    private static final Set<Integer> acked = ConcurrentHashMap.newKeySet();
    private static final Set<Integer> consumed = new HashSet<>();

    private Nodes() {}

    private static String argument(String[] args, String name) {
        return args[List.of(args).indexOf("--" + name) + 1];
    }

    private static void tell(String rest) {
        System.out.println("{\"acked\":" + acked.size() + ",\"consumed\":" + consumed.size() + rest + "}");
        System.out.flush();
    }

    public static void main(String[] args) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread end = new Thread(() -> {
            try {
                while (System.in.read() >= 0) continue;
            } catch (java.io.IOException error) {
                // As its end.
            }
            over.set(true);
        });
        end.setDaemon(true);
        end.start();
        String topic = argument(args, "topic");
        Properties settings = new Properties();
        settings.put("bootstrap.servers", argument(args, "bootstrap"));
        Properties writing = new Properties();
        writing.putAll(settings);
        writing.put("linger.ms", "5");
        Properties reading = new Properties();
        reading.putAll(settings);
        reading.put("group.id", "nodes-java");
        reading.put("auto.offset.reset", "earliest");
        reading.put("session.timeout.ms", "10000");
        reading.put("heartbeat.interval.ms", "500");
        AtomicReference<String> failure = new AtomicReference<>("");
        Map<Integer, Integer> latest = new HashMap<>();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(writing, new StringSerializer(), new StringSerializer());
             KafkaConsumer<String, String> consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            int next = 0;
            int sent = 0;
            while (!over.get() && failure.get().isEmpty()) {
                for (int partition = 0; sent - acked.size() < 200 && partition < PARTITIONS; partition++) {
                    int value = next++;
                    sent++;
                    producer.send(new ProducerRecord<>(topic, partition, null, String.valueOf(value)), (metadata, error) -> {
                        if (error == null) acked.add(value);
                        else failure.set(error.toString());
                    });
                }
                read(consumer, latest, failure, 10);
                tell("");
            }
            producer.flush();
            while (failure.get().isEmpty() && !consumed.containsAll(acked)) read(consumer, latest, failure, 100);
            tell(",\"ok\":" + failure.get().isEmpty() + ",\"detail\":\"" + failure.get().replace('"', '\'') + "\"");
        }
    }

    private static void read(
            KafkaConsumer<String, String> consumer, Map<Integer, Integer> latest, AtomicReference<String> failure, long waitMs) {
        consumer.poll(Duration.ofMillis(waitMs)).forEach(record -> {
            int value = Integer.parseInt(record.value());
            if (!consumed.add(value)) return;
            if (value < latest.getOrDefault(record.partition(), -1)) {
                failure.set(value + " after " + latest.get(record.partition()));
            }
            latest.put(record.partition(), value);
        });
    }
}
