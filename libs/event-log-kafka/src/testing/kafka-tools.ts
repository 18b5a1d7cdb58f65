import type { AppendBatch, TopicPartition } from '@logweave/event-log';
import type { OpenTransaction } from '@logweave/event-log/contract';
import { systemClock } from '@logweave/service-kit';
import kafkajs, { type Admin } from 'kafkajs';

// Node finds only some of the names that this CommonJS module gives.
const {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} = kafkajs;
const LOOK_EVERY_MS = 50;
const RESOURCES = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
};
const OPERATIONS = {
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
};

/** What somebody may do, for each kind of resource. */
export type KafkaRights = Readonly<Partial<Record<keyof typeof RESOURCES, readonly (keyof typeof OPERATIONS)[]>>>;

/** A transaction to which more can be written. */
export interface OpenKafkaTransaction extends OpenTransaction {
  append(batch: AppendBatch): Promise<void>;
}

/** kafkajs as others use it: an admin, and producers that write what the adapter never would. */
export class KafkaTools {
  readonly #kafka: kafkajs.Kafka;
  #admin: Admin | null = null;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(bootstrapServers: readonly string[]) {
    this.#kafka = new Kafka({ brokers: [...bootstrapServers], clientId: 'tools', logLevel: logLevel.NOTHING });
  }

  async admin(): Promise<Admin> {
    if (this.#admin === null) {
      this.#admin = this.#kafka.admin();
      const admin = this.#admin;
      this.#closing.push(() => admin.disconnect());
      await admin.connect();
    }
    return this.#admin;
  }

  /** Raises the low watermark. */
  async removeBefore({ topic, partition }: TopicPartition, offset: number): Promise<void> {
    const admin = await this.admin();
    // kafkajs removes records of topics only that it has met before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  }

  /** Changes settings of a topic; what is not named goes back to the broker's default. */
  async configure(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const admin = await this.admin();
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
  }

  /** Lets a user do this with everything whose name begins with `prefix`. The broker needs an authorizer. */
  async allow(user: string, prefix: string, rights: KafkaRights): Promise<void> {
    const admin = await this.admin();
    await admin.createAcls({ acl: [...entries(user, prefix, rights)] });
  }

  /** Takes away what `allow` has given. */
  async forbid(user: string, prefix: string, rights: KafkaRights): Promise<void> {
    const admin = await this.admin();
    await admin.deleteAcls({ filters: [...entries(user, prefix, rights)] });
  }

  /** Moves each partition of a topic without replicas to the next of the brokers; resolves when they lead: who leads what. */
  async moveLeaders(topic: string, nodeIds: readonly number[]): Promise<readonly number[]> {
    const admin = await this.admin();
    const leaders = async (): Promise<number[]> => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = topics[0]?.partitions.toSorted((a, b) => a.partitionId - b.partitionId) ?? [];
      return partitions.map(({ leader }) => leader);
    };
    const next = (leader: number): number => nodeIds[(nodeIds.indexOf(leader) + 1) % nodeIds.length] ?? leader;
    const wanted = (await leaders()).map(next);
    const partitionAssignment = wanted.map((nodeId, partition) => ({ partition, replicas: [nodeId] }));
    await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
    for (;;) {
      const now = await leaders();
      if (now.every((leader, partition) => leader === wanted[partition])) return now;
      await systemClock.sleep(LOOK_EVERY_MS);
    }
  }

  /** Writes a batch in a transaction of kafkajs' own producer, and leaves it open. */
  async beginTransaction(transactionalId: string, batch: AppendBatch): Promise<OpenKafkaTransaction> {
    const producer = this.#kafka.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { initialRetryTime: 5, retries: 20 },
    });
    this.#closing.push(() => producer.disconnect());
    await producer.connect();
    const transaction = await producer.transaction();
    const append = async ({ topic, partition, records }: AppendBatch): Promise<void> => {
      const messages = records.map(({ key, value, headers, timestampMs }) => ({
        key: key === null ? null : Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        headers: Object.fromEntries(headers.map((header) => [header.name, Buffer.from(header.value)])),
        timestamp: String(timestampMs),
        partition,
      }));
      await transaction.send({ topic, messages });
    };
    await append(batch);
    return { append, commit: () => transaction.commit(), abort: () => transaction.abort() };
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing.splice(0).map((close) => close()));
    this.#admin = null;
  }
}

function entries(user: string, prefix: string, rights: KafkaRights): readonly kafkajs.AclEntry[] {
  return Object.entries(RESOURCES).flatMap(([name, resourceType]) =>
    (rights[name as keyof typeof RESOURCES] ?? []).map((operation) => ({
      principal: `User:${user}`,
      host: '*',
      operation: OPERATIONS[operation],
      permissionType: AclPermissionTypes.ALLOW,
      resourceType,
      resourceName: prefix,
      resourcePatternType: ResourcePatternTypes.PREFIXED,
    })),
  );
}
