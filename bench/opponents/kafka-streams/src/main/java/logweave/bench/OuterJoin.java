package logweave.bench;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * HTTP and network events joined by key within a window, as Kafka Streams does it: an outer join of two streams, exactly
 * once, in RocksDB, on one thread. Records' timestamps are event times, so that nothing is parsed but for the result.
 */
public final class OuterJoin {
  private OuterJoin() {}

  /** Arguments are `name=value`: brokers, application, http, network, output, windowMs, graceMs, sessionMs, stateDir. */
  public static void main(String[] arguments) throws InterruptedException {
    Properties given = new Properties();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      given.setProperty(argument.substring(0, at), argument.substring(at + 1));
    }
    KafkaStreams streams = new KafkaStreams(topology(given), settings(given));
    CountDownLatch ended = new CountDownLatch(1);
    streams.setStateListener((now, before) -> {
      System.out.println("state " + now);
      if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) ended.countDown();
    });
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.setGlobalStateRestoreListener(new Restored());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(10))));
    streams.start();
    ended.await();
  }

  private static Topology topology(Properties given) {
    FlatRecord record = new FlatRecord();
    StreamsBuilder builder = new StreamsBuilder();
    Consumed<String, byte[]> consumed = Consumed.with(Serdes.String(), Serdes.ByteArray());
    KStream<String, byte[]> http = builder.stream(given.getProperty("http"), consumed);
    KStream<String, byte[]> network = builder.stream(given.getProperty("network"), consumed);
    JoinWindows windows = JoinWindows.ofTimeDifferenceAndGrace(
        Duration.ofMillis(Long.parseLong(given.getProperty("windowMs"))),
        Duration.ofMillis(Long.parseLong(given.getProperty("graceMs"))));
    http.outerJoin(network, record::merge, windows, StreamJoined.with(Serdes.String(), Serdes.ByteArray(), Serdes.ByteArray()))
        .to(given.getProperty("output"), Produced.with(Serdes.String(), Serdes.ByteArray()));
    return builder.build();
  }

  private static Properties settings(Properties given) {
    Properties settings = new Properties();
    settings.putAll(Map.of(
        StreamsConfig.APPLICATION_ID_CONFIG, given.getProperty("application"),
        StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, given.getProperty("brokers"),
        StreamsConfig.STATE_DIR_CONFIG, given.getProperty("stateDir"),
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2,
        StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1,
        StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100));
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "zstd");
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_ZSTD_LEVEL_CONFIG), 1);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), given.getProperty("sessionMs"));
    settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    return settings;
  }

  /** Says how much state was read back. */
  private static final class Restored implements StateRestoreListener {
    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long end, long count) {}

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long count) {
      System.out.println("restored " + store + " " + partition + " " + count);
    }
  }
}
