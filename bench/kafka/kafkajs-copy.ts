import { createRequire } from 'node:module';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Run } from './contender.ts';

const ZSTD = 4;
/** kafkajs' log level: it calls an error what its retries mend. */
const NOTHING = 0;
const COMMIT_MS = 100;
/**
 * Some 4,000 events. All that was fetched of a partition is one send: with the default of a megabyte, 30,000 events, each
 * costs four times as much.
 */
const PARTITION_BYTES = 128 * 1024;
/** The send right after a commit meets CONCURRENT_TRANSACTIONS once; with the default of 300 ms nothing else counted. */
const RETRY = { initialRetryTime: 2, retries: 10 };

interface Message {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: string;
}

interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Message[];
  lastOffset(): string;
}

interface Send {
  readonly topic: string;
  readonly compression: number;
  readonly messages: readonly (Message & { readonly partition: number })[];
}

interface Producer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(send: Send): Promise<unknown>;
  transaction(): Promise<{
    send(send: Send): Promise<unknown>;
    sendOffsets(offsets: object): Promise<void>;
    commit(): Promise<void>;
  }>;
}

interface Consumer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(to: { topics: readonly string[]; fromBeginning: boolean }): Promise<void>;
  run(how: {
    autoCommit: boolean;
    autoCommitInterval: number;
    eachBatch(of: { batch: Batch }): Promise<void>;
  }): Promise<void>;
}

/** Of kafkajs' public interface what is used here. The package is the one that the adapter brings. */
interface Kafkajs {
  readonly Kafka: new (options: {
    brokers: readonly string[];
    logLevel: number;
    retry: object;
  }) => {
    producer(options: object): Producer;
    consumer(options: object): Consumer;
  };
  readonly CompressionCodecs: Record<
    number,
    () => {
      compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
      decompress(bytes: Buffer): Promise<Buffer>;
    }
  >;
}

/** By kafkajs as its documentation shows it. The result ends it. */
export async function copyByKafkajs(run: Run, transactions: boolean): Promise<() => Promise<void>> {
  const { Kafka, CompressionCodecs } = createRequire(import.meta.url)('kafkajs') as Kafkajs;
  CompressionCodecs[ZSTD] = () => ({
    compress: async ({ buffer }) => zstdCompressSync(buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
    decompress: async (bytes) => zstdDecompressSync(bytes),
  });
  const { brokers, group, input, output } = run;
  // One each: `sendOffsets` writes into what all clients of one of these share.
  const options = { brokers, logLevel: NOTHING, retry: RETRY };
  const consumer = new Kafka(options).consumer({
    groupId: group,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: PARTITION_BYTES,
  });
  const id = transactions ? { transactionalId: group, maxInFlightRequests: 1 } : {};
  const producer = new Kafka(options).producer({ idempotent: true, ...id, retry: RETRY });
  await Promise.all([consumer.connect(), producer.connect()]);
  await consumer.subscribe({ topics: [input.http, input.network], fromBeginning: true });
  const sendOf = ({ messages, partition }: Batch): Send => ({
    topic: output.correlated,
    compression: ZSTD,
    messages: messages.map(({ key, value, timestamp }) => ({ key, value, timestamp, partition })),
  });
  await consumer.run({
    autoCommit: !transactions,
    autoCommitInterval: COMMIT_MS,
    eachBatch: async ({ batch }) => {
      if (!transactions) {
        await producer.send(sendOf(batch));
        return;
      }
      const transaction = await producer.transaction();
      await transaction.send(sendOf(batch));
      const offset = String(BigInt(batch.lastOffset()) + 1n);
      const topics = [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset }] }];
      await transaction.sendOffsets({ consumerGroupId: group, topics });
      await transaction.commit();
    },
  });
  return async () => {
    await consumer.disconnect();
    await producer.disconnect();
  };
}
