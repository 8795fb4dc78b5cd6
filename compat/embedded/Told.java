import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Apache Kafka's Java client, unchanged, does what compat/embedded/run.ts tells it line by line. */
public final class Told {
    private Told() {}

    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[List.of(args).indexOf("--bootstrap") + 1]);
        Properties reading = new Properties();
        reading.putAll(settings);
        reading.put("group.id", "g");
        reading.put("auto.offset.reset", "earliest");
        reading.put("enable.auto.commit", "false");
        reading.put("session.timeout.ms", "10000");
        reading.put("heartbeat.interval.ms", "200");
        BufferedReader told = new BufferedReader(new InputStreamReader(System.in));
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
             KafkaConsumer<String, String> consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("orders"));
            ArrayDeque<String> arrived = new ArrayDeque<>();
            for (String line = told.readLine(); line != null; line = told.readLine()) {
                String done;
                if (line.contains("\"poll\"")) {
                    done = poll(consumer, arrived);
                } else {
                    done = line.replaceAll(".*\"value\":\"([^\"]*)\".*", "$1");
                    producer.send(new ProducerRecord<>("orders", done)).get();
                }
                // What it logs has no end of line.
                System.out.println("\n{\"done\":\"" + done + "\"}");
                System.out.flush();
            }
        }
    }

    private static String poll(KafkaConsumer<String, String> consumer, ArrayDeque<String> arrived) {
        while (arrived.isEmpty()) {
            consumer.poll(Duration.ofMillis(100)).forEach(record -> arrived.add(record.value()));
            try {
                if (!arrived.isEmpty()) consumer.commitSync();
            } catch (KafkaException error) {
                // Its group is gone or has to be joined again; what was read counts all the same.
                System.err.println(error);
            }
        }
        return arrived.remove();
    }
}
