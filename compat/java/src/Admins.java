import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Scenarios of the admin client. */
final class Admins {
    interface Use {
        Object with(Admin admin) throws Exception;
    }

    private Admins() {}

    static String with(Use use) throws Exception {
        try (Admin admin = Admin.create(Compat.settings())) {
            return String.valueOf(use.with(admin));
        }
    }

    private static boolean asked(Use use) {
        try {
            return Boolean.parseBoolean(with(use));
        } catch (Exception error) {
            return false;
        }
    }

    static String topic(String stem, int partitions, Map<String, String> configs) throws Exception {
        String topic = Compat.fresh(stem);
        with(admin -> admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get());
        Compat.until("all leaders answer", 10_000, () -> asked(admin -> {
            Map<TopicPartition, OffsetSpec> all = new HashMap<>();
            for (int index = 0; index < partitions; index++) all.put(new TopicPartition(topic, index), OffsetSpec.latest());
            return admin.listOffsets(all).all().get().size() == partitions;
        }));
        return topic;
    }

    private static String create() throws Exception {
        String topic = topic("create", 3, Map.of("retention.ms", "3600000"));
        return with(admin -> {
            Compat.until("described", 10_000, () -> asked(a -> a.describeTopics(List.of(topic)).allTopicNames().get().size() == 1));
            TopicDescription described = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
            Compat.same("partitions", described.partitions().size(), 3);
            Compat.same("replicas", described.partitions().get(0).replicas().size(), 1);
            Compat.holds("listed", admin.listTopics().names().get().contains(topic));
            Throwable again = Compat.refused("again", () -> String.valueOf(admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get()));
            Compat.holds("another error: " + again, again instanceof TopicExistsException);
            return described.topicId();
        });
    }

    private static String delete() throws Exception {
        String topic = topic("delete", 1, Map.of());
        with(admin -> admin.deleteTopics(List.of(topic)).all().get());
        Compat.until("not listed any more", 10_000, () -> asked(admin -> !admin.listTopics().names().get().contains(topic)));
        return null;
    }

    private static String configs() throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic("configs", 1, Map.of()));
        return with(admin -> {
            AlterConfigOp op = new AlterConfigOp(new ConfigEntry("retention.ms", "7200000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all().get();
            Compat.until("retention.ms=7200000", 5000, () -> asked(a -> {
                Config config = a.describeConfigs(List.of(resource)).all().get().get(resource);
                return config.get("retention.ms").value().equals("7200000")
                    && config.get("retention.ms").source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG
                    && config.get("segment.bytes").source() == ConfigEntry.ConfigSource.DEFAULT_CONFIG;
            }));
            AlterConfigOp bad = new AlterConfigOp(new ConfigEntry("cleanup.policy", "nonsense"), AlterConfigOp.OpType.SET);
            Throwable error = Compat.refused("illegal", () -> String.valueOf(admin.incrementalAlterConfigs(Map.of(resource, List.of(bad))).all().get()));
            Compat.holds("another error: " + error, error instanceof InvalidConfigurationException);
            return error.getMessage();
        });
    }

    private static String partitions() throws Exception {
        String topic = topic("partitions", 2, Map.of());
        return with(admin -> {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
            Compat.until("5 partitions", 10_000, () -> asked(a -> a.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == 5));
            Throwable error = Compat.refused("shrink", () -> String.valueOf(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get()));
            Compat.holds("another error: " + error, error instanceof InvalidPartitionsException);
            return error.getMessage();
        });
    }

    private static String groups() throws Exception {
        String topic = topic("groups", 1, Map.of());
        String group = Compat.fresh("group");
        TopicPartition partition = new TopicPartition(topic, 0);
        Records.send(topic, Records.values(0, 5));
        try (KafkaConsumer<byte[], byte[]> consumer = Records.consumer("group.id", group)) {
            consumer.subscribe(List.of(topic));
            Records.poll(consumer, 5);
            consumer.commitSync();
        }
        return with(admin -> {
            admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(2))).all().get();
            Compat.same("state", admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState(), "Empty");
            Compat.holds("listed", admin.listGroups().all().get().stream().anyMatch(row -> row.groupId().equals(group)));
            Compat.same("offset", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset(), 2);
            admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all().get();
            Compat.same("offsets left", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition), null);
            try {
                admin.deleteConsumerGroups(List.of(group)).all().get();
            } catch (Exception error) {
                Compat.holds("another error: " + error, String.valueOf(error).contains("GroupIdNotFound"));
            }
            Compat.holds("still listed", admin.listGroups().all().get().stream().noneMatch(row -> row.groupId().equals(group)));
            return "";
        });
    }

    private static String deleteRecords() throws Exception {
        String topic = topic("delete-records", 1, Map.of());
        Records.send(topic, Records.values(0, 10));
        TopicPartition partition = new TopicPartition(topic, 0);
        with(admin -> {
            Compat.same("low", admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4))).lowWatermarks().get(partition).get().lowWatermark(), 4);
            return null;
        });
        Compat.same("first", Records.read(topic, 6).get(0).offset(), 4);
        return null;
    }

    private static String describeCluster() throws Exception {
        return with(admin -> {
            DescribeClusterResult cluster = admin.describeCluster();
            Collection<?> nodes = cluster.nodes().get();
            Compat.same("nodes", nodes.size(), 1);
            Compat.holds("a controller", cluster.controller().get() != null);
            Compat.holds("features", admin.describeFeatures().featureMetadata().get().finalizedFeatures().containsKey("metadata.version"));
            return cluster.clusterId().get();
        });
    }

    static void scenes(Map<String, Compat.Scene> scenes) {
        scenes.put("create", Admins::create);
        scenes.put("delete", Admins::delete);
        scenes.put("admin-configs", Admins::configs);
        scenes.put("admin-partitions", Admins::partitions);
        scenes.put("admin-groups", Admins::groups);
        scenes.put("delete-records", Admins::deleteRecords);
        scenes.put("describe-cluster", Admins::describeCluster);
    }
}
