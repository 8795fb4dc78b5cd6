// Prints record sets of every format and compression as Apache Kafka's own library writes them; vectors.json is its output.
// Run with Kafka's jars on the class path:  java -cp 'libs/*' Vectors.java > vectors.json
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.record.TimestampType;

public class Vectors {
  public static void main(String[] a) throws Exception {
    StringBuilder out = new StringBuilder("{\n");
    for (byte magic = 0; magic <= 2; magic++) {
      for (CompressionType type : CompressionType.values()) {
        if (magic < 2 && type == CompressionType.ZSTD) continue;
        MemoryRecordsBuilder b = new MemoryRecordsBuilder(ByteBuffer.allocate(1 << 20), magic, (Compression) Compression.of(type).build(),
          magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME, 1000L, RecordBatch.NO_TIMESTAMP, magic < 2 ? -1L : 7L, magic < 2 ? (short) -1 : (short) 3, magic < 2 ? -1 : 40, false, false, 9, 1 << 20);
        Random r = new Random(1);
        for (int i = 0; i < 5; i++) {
          long ts = magic == 0 ? RecordBatch.NO_TIMESTAMP : 1700000000000L + i * 10 - (i == 3 ? 100 : 0);
          byte[] key = i == 1 ? null : ("key-" + i).getBytes();
          byte[] value = i == 2 ? null : i == 4 ? "z".repeat(2000).getBytes() : ("value-" + i).repeat(i + 1).getBytes();
          Header[] h = magic < 2 || i != 3 ? new Header[0] : new Header[] { new RecordHeader("h1", "v1".getBytes()), new RecordHeader("h\u00e9", null) };
          b.append(ts, key == null ? null : ByteBuffer.wrap(key), value == null ? null : ByteBuffer.wrap(value), h);
        }
        byte[] bytes = new byte[b.build().sizeInBytes()];
        b.build().buffer().duplicate().get(bytes);
        out.append("  \"v" + magic + "-" + type.name + "\": \"" + Base64.getEncoder().encodeToString(bytes) + "\",\n");
      }
    }
    System.out.print(out.toString().replaceAll(",\n$", "\n") + "}\n");
  }
}
