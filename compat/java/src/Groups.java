import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Scenarios about groups; three members are three processes, so that one can be killed. */
final class Groups {
    private Groups() {}

    private static List<String> readAndCommit(String topic, String group, int count, String metadata) throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = Records.consumer("group.id", group, "max.poll.records", count)) {
            consumer.subscribe(List.of(topic));
            List<ConsumerRecord<byte[], byte[]>> read = Records.poll(consumer, count).subList(0, count);
            long next = read.get(count - 1).offset() + 1;
            consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(next, metadata)));
            return Records.texts(read);
        }
    }

    private static String groupCommit() throws Exception {
        String topic = Admins.topic("commit", 1, Map.of());
        String group = Compat.fresh("group");
        Records.send(topic, Records.values(0, 20));
        Compat.same("first half", readAndCommit(topic, group, 10, "half"), Records.values(0, 10));
        try (KafkaConsumer<byte[], byte[]> consumer = Records.consumer("group.id", group)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
            Compat.same("committed", committed.offset() + " " + committed.metadata(), "10 half");
        }
        Compat.same("second half", readAndCommit(topic, group, 10, ""), Records.values(10, 10));
        return null;
    }

    static void member(String topic, String group) {
        KafkaConsumer<byte[], byte[]> consumer =
            Records.consumer("group.id", group, "session.timeout.ms", "6000", "heartbeat.interval.ms", "500", "enable.auto.commit", "true");
        consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> gone) {}

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> come) {
                TreeSet<Integer> all = new TreeSet<>();
                consumer.assignment().forEach(partition -> all.add(partition.partition()));
                System.out.println("assigned " + all.toString().replaceAll("[^0-9,]", ""));
            }
        });
        while (true) consumer.poll(Duration.ofMillis(200)).forEach(record -> System.out.println("value " + Records.text(record.value())));
    }

    private static final class Member {
        final Process process;
        volatile String assigned = "";

        Member(String topic, String group, Set<String> values) throws Exception {
            List<String> command = List.of("java", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", System.getProperty("java.class.path"), "Compat",
                "--bootstrap", Compat.bootstrap, "--member", topic, "--group", group);
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream()));
            Thread reader = new Thread(() -> lines.lines().forEach(line -> {
                if (line.startsWith("assigned")) assigned = line.substring(9).trim();
                if (line.startsWith("value")) values.add(line.substring(6));
            }));
            reader.setDaemon(true);
            reader.start();
        }
    }

    private static void produce(String topic, int from) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = Records.producer()) {
            for (int index = 0; index < 60; index++) producer.send(new ProducerRecord<>(topic, index % 6, null, Records.bytes("" + (from + index))));
        }
    }

    private static boolean shared(List<Member> members, int each) {
        List<String> all = new ArrayList<>();
        for (Member member : members) {
            List<String> own = member.assigned.isEmpty() ? List.of() : List.of(member.assigned.split(","));
            if (own.size() != each) return false;
            all.addAll(own);
        }
        return all.size() == 6 && new HashSet<>(all).size() == 6;
    }

    private static String groupRebalance() throws Exception {
        String topic = Admins.topic("rebalance", 6, Map.of());
        String group = Compat.fresh("group");
        Set<String> values = ConcurrentHashMap.newKeySet();
        List<Member> members = new ArrayList<>();
        try {
            for (int index = 0; index < 3; index++) members.add(new Member(topic, group, values));
            Compat.until("each of three members has two partitions", 40_000, () -> shared(members, 2));
            produce(topic, 0);
            Compat.until("60 records arrived", 20_000, () -> values.size() == 60);
            long killed = System.currentTimeMillis();
            members.get(0).process.destroyForcibly();
            Compat.until("the two left share six partitions", 40_000, () -> shared(members.subList(1, 3), 3));
            long took = System.currentTimeMillis() - killed;
            produce(topic, 60);
            Compat.until("120 records arrived", 20_000, () -> values.size() == 120);
            return "taken over " + took + " ms after the kill";
        } finally {
            for (Member member : members) member.process.destroyForcibly();
        }
    }

    private static String restartResume() throws Exception {
        String topic = Admins.topic("restart", 1, Map.of());
        String group = Compat.fresh("group");
        Records.send(topic, Records.values(0, 30));
        readAndCommit(topic, group, 10, "before");
        try (KafkaProducer<byte[], byte[]> producer = Records.producer()) {
            producer.send(new ProducerRecord<>(topic, Records.bytes("between"))).get();
            Compat.restart();
            producer.send(new ProducerRecord<>(topic, Records.bytes("after"))).get();
        }
        List<String> wanted = new ArrayList<>(Records.values(10, 20));
        wanted.addAll(List.of("between", "after"));
        Compat.same("values", readAndCommit(topic, group, 22, "after"), wanted);
        return "the same producer went on";
    }

    static void scenes(Map<String, Compat.Scene> scenes) {
        scenes.put("group-commit", Groups::groupCommit);
        scenes.put("group-rebalance", Groups::groupRebalance);
        scenes.put("restart-resume", Groups::restartResume);
    }
}
