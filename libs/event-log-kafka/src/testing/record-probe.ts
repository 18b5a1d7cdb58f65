import { Kafka, logLevel } from 'kafkajs';

/** Writes values to one partition and reads from its beginning: the least that shows whether a broker works. */
export interface RecordProbe {
  createTopic(topic: string): Promise<void>;
  write(topic: string, value: string): Promise<void>;
  /** The first `count` values of the topic. */
  read(topic: string, count: number): Promise<readonly string[]>;
}

export function recordProbe(bootstrapServers: readonly string[]): RecordProbe {
  const kafka = new Kafka({ brokers: [...bootstrapServers], clientId: 'probe', logLevel: logLevel.NOTHING });
  return {
    async createTopic(topic) {
      const admin = kafka.admin();
      await admin.connect();
      await admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic, numPartitions: 1, replicationFactor: 1 }],
      });
      await admin.disconnect();
    },

    async write(topic, value) {
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic, acks: -1, messages: [{ value }] });
      await producer.disconnect();
    },

    async read(topic, count) {
      const consumer = kafka.consumer({ groupId: `probe-${crypto.randomUUID()}`, maxWaitTimeInMs: 100 });
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      const values: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
          values.push(message.value?.toString() ?? '');
          if (values.length >= count) resolve();
        },
      });
      await promise;
      await consumer.disconnect();
      return values;
    },
  };
}
