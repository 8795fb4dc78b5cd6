/** A Kafka Streams application with exactly_once_v2: copies every record, and counts the records of each key. */
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;

public final class Copy {
  public static void main(String[] args) {
    Properties p = new Properties();
    p.put("bootstrap.servers", args[0]);
    p.put("application.id", "copy");
    p.put("state.dir", args[1]);
    p.put("processing.guarantee", "exactly_once_v2");
    p.put("commit.interval.ms", "200");
    p.put("num.stream.threads", "2");
    p.put("session.timeout.ms", "6000");
    p.put("heartbeat.interval.ms", "1000");
    p.put("transaction.timeout.ms", "10000");
    p.put("auto.offset.reset", "earliest");
    StreamsBuilder builder = new StreamsBuilder();
    AtomicLong seen = new AtomicLong();
    var strings = Consumed.with(Serdes.String(), Serdes.String());
    var source = builder.stream("in", strings).peek((k, v) -> {
      // Slow enough that a kill falls into the middle of the work.
      try { Thread.sleep(1); } catch (InterruptedException e) { Thread.currentThread().interrupt(); }
      if (seen.incrementAndGet() % 100 == 0) System.out.println("seen " + seen.get());
    });
    source.to("copied", Produced.with(Serdes.String(), Serdes.String()));
    source.groupByKey(Grouped.with(Serdes.String(), Serdes.String())).count().toStream()
        .mapValues(String::valueOf).to("counts", Produced.with(Serdes.String(), Serdes.String()));
    KafkaStreams streams = new KafkaStreams(builder.build(), p);
    streams.setUncaughtExceptionHandler(e -> {
      System.out.println("failed " + e);
      return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }
}
