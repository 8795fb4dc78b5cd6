// Writes samples of messages with Kafka's own classes, a line each with its name, version, bytes and JSON: every record of the internal
// topics, then the requests and responses named as arguments. java -cp "BROKER_JARS/*" scripts/MessageSamples.java Fetch Produce ...
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.internals.ImplicitLinkedHashCollection;

public class MessageSamples {
  static final String[][] PACKAGES = {
    {"org.apache.kafka.coordinator.group.generated.", "LegacyOffsetCommit", "OffsetCommit", "GroupMetadata",
      "ConsumerGroupMetadata", "ConsumerGroupPartitionMetadata", "ConsumerGroupMemberMetadata",
      "ConsumerGroupTargetAssignmentMetadata", "ConsumerGroupTargetAssignmentMember", "ConsumerGroupCurrentMemberAssignment",
      "ConsumerGroupRegularExpression", "ShareGroupMetadata", "ShareGroupMemberMetadata", "ShareGroupTargetAssignmentMetadata",
      "ShareGroupTargetAssignmentMember", "ShareGroupCurrentMemberAssignment", "ShareGroupStatePartitionMetadata",
      "StreamsGroupMetadata", "StreamsGroupMemberMetadata", "StreamsGroupTopology", "StreamsGroupTargetAssignmentMetadata",
      "StreamsGroupTargetAssignmentMember", "StreamsGroupCurrentMemberAssignment"},
    {"org.apache.kafka.coordinator.transaction.generated.", "TransactionLog"},
    {"org.apache.kafka.coordinator.share.generated.", "ShareSnapshot", "ShareUpdate"}};

  public static void main(String[] args) throws Exception {
    for (String[] names : PACKAGES)
      for (int i = 1; i < names.length; i++)
        for (String part : new String[] {"Key", "Value"})
          for (boolean bare : new boolean[] {true, false}) samples(names[0] + names[i] + part, bare);
    for (String name : args)
      for (String part : new String[] {"RequestData", "ResponseData"})
        for (boolean bare : new boolean[] {true, false}) samples("org.apache.kafka.common.message." + name + part, bare);
  }

  static void samples(String className, boolean bare) throws Exception {
    Class<?> type = Class.forName(className);
    Message first = (Message) type.getConstructor().newInstance();
    for (short version = first.lowestSupportedVersion(); version <= first.highestSupportedVersion(); version++) {
      Message message = (Message) type.getConstructor().newInstance();
      if (!bare) fill(message, version);
      Method toJson = Class.forName(className + "JsonConverter").getMethod("write", type, short.class);
      JsonNode json = (JsonNode) toJson.invoke(null, message, version);
      System.out.println(type.getSimpleName() + "\t" + version + "\t" + HexFormat.of().formatHex(bytes(message, version)) + "\t" + json);
    }
  }

  static byte[] bytes(Message message, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
    message.write(new ByteBufferAccessor(buffer), cache, version);
    return buffer.array();
  }

  // Gives every field that the version carries a value, and leaves the others as they are.
  static void fill(Message message, short version) throws Exception {
    for (Method setter : message.getClass().getMethods()) {
      if (!setter.getName().startsWith("set") || setter.getParameterCount() != 1) continue;
      String name = setter.getName().substring(3);
      // Links between the elements of a collection, which are no fields.
      if (name.equals("Prev") || name.equals("Next")) continue;
      Object before = message.getClass().getMethod(Character.toLowerCase(name.charAt(0)) + name.substring(1)).invoke(message);
      setter.invoke(message, sample(setter.getGenericParameterTypes()[0], version));
      try {
        bytes(message, version);
      } catch (RuntimeException unsupported) {
        setter.invoke(message, before);
      }
    }
  }

  static Object sample(Type type, short version) throws Exception {
    if (type == byte.class || type == Byte.class) return (byte) 7;
    if (type == short.class || type == Short.class) return (short) 300;
    if (type == int.class || type == Integer.class) return 50_000;
    if (type == long.class || type == Long.class) return 1L << 40 | 5;
    if (type == double.class || type == Double.class) return 1.5;
    if (type == boolean.class) return true;
    if (type == String.class) return "text";
    if (type == Uuid.class) return new Uuid(0x0123456789abcdefL, 0x1122334455667788L);
    if (type == byte[].class) return new byte[] {1, 2, 3};
    if (type == ByteBuffer.class) return ByteBuffer.wrap(new byte[] {1, 2, 3});
    if (type == BaseRecords.class) return MemoryRecords.readableRecords(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    if (type instanceof Class<?> named && ImplicitLinkedHashCollection.class.isAssignableFrom(named)) {
      @SuppressWarnings("unchecked")
      var values = (ImplicitLinkedHashCollection<ImplicitLinkedHashCollection.Element>) named.getConstructor().newInstance();
      Type element = ((ParameterizedType) named.getGenericSuperclass()).getActualTypeArguments()[0];
      for (int i = 0; i < 2; i++) values.mustAdd((ImplicitLinkedHashCollection.Element) sample(element, version));
      return values;
    }
    if (type instanceof ParameterizedType list) {
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < 2; i++) values.add(sample(list.getActualTypeArguments()[0], version));
      return values;
    }
    Message nested = (Message) ((Class<?>) type).getConstructor().newInstance();
    fill(nested, version);
    return nested;
  }
}
