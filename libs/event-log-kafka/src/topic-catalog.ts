import { checkSameTopic, EventLogError, type TopicSpec } from '@logweave/event-log';
import { asEventLogError, diagnose } from './kafka-error.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import type { TopicMetadata } from './metadata-request.ts';

const RESOURCE_TOPIC = 2;
/** What a topic allows a batch to be longer than its longest record, headers counted: heads and lengths. */
export const BATCH_OVERHEAD_BYTES = 1024;
const CONFIG_NAMES = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'max.message.bytes'] as const;
const CREATE_TIMEOUT_MS = 15_000;
const SETTLE_MS = 20;
/** Of topics that others may ask the brokers for; a default of theirs. */
const BROKER_REPLICATION = -1;

export interface TopicCatalogOptions {
  /** For new topics; null: as the brokers are configured. */
  readonly replicationFactor: number | null;
  readonly minInSyncReplicas: number | null;
}

/** The topics of a cluster with the settings that matter to the port. */
export class TopicCatalog {
  readonly #cluster: KafkaCluster;
  readonly #options: TopicCatalogOptions;
  readonly #specs = new Map<string, TopicSpec>();

  constructor(cluster: KafkaCluster, options: TopicCatalogOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Of one topic; asked for once. @throws EventLogError `unknown_topic_or_partition`. */
  async spec(topic: string): Promise<TopicSpec> {
    const known = this.#specs.get(topic);
    if (known !== undefined) return known;
    const [spec] = await this.#describe([await this.#cluster.topic(topic)]);
    if (spec === undefined) throw new EventLogError('unknown_topic_or_partition', `there is no topic ${topic}`);
    this.#specs.set(topic, spec);
    return spec;
  }

  /** All that are not Kafka's own. */
  async all(): Promise<readonly TopicSpec[]> {
    const { topics } = await this.#cluster.refresh(null);
    return this.#describe(topics.filter(({ internal }) => !internal));
  }

  /** @throws EventLogError `topic_mismatch`. */
  async ensure(spec: TopicSpec): Promise<void> {
    try {
      const controller = await this.#cluster.controller();
      await controller.createTopics({ topics: [this.#creation(spec)], timeout: CREATE_TIMEOUT_MS });
    } catch (error) {
      if (!hasType(error, 'TOPIC_ALREADY_EXISTS')) throw asEventLogError(error, `creating topic ${spec.name}`);
    }
    await this.#untilKnown(spec.name);
    this.#specs.delete(spec.name);
    checkSameTopic(await this.spec(spec.name), spec);
  }

  #creation(spec: TopicSpec) {
    const entries: [string, string][] = [
      ['cleanup.policy', spec.cleanup],
      ['retention.ms', String(spec.retentionMs ?? -1)],
      ['max.message.bytes', String(spec.maxRecordBytes + BATCH_OVERHEAD_BYTES)],
    ];
    if (spec.retentionBytes !== null) {
      entries.push(['retention.bytes', String(Math.ceil(spec.retentionBytes / spec.partitions))]);
    }
    const { replicationFactor, minInSyncReplicas } = this.#options;
    if (minInSyncReplicas !== null) entries.push(['min.insync.replicas', String(minInSyncReplicas)]);
    return {
      topic: spec.name,
      numPartitions: spec.partitions,
      replicationFactor: replicationFactor ?? BROKER_REPLICATION,
      configEntries: entries.map(([name, value]) => ({ name, value })),
    };
  }

  /** A new topic takes a moment to be known, and to have leaders. */
  async #untilKnown(topic: string): Promise<void> {
    const deadlineMs = this.#cluster.clock.monotonicMs() + CREATE_TIMEOUT_MS;
    for (;;) {
      const { topics } = await this.#cluster.refresh([topic]);
      const found = topics.find((each) => each.topic === topic);
      if (found?.partitions.every(({ leader }) => leader >= 0) === true) return;
      if (this.#cluster.clock.monotonicMs() > deadlineMs) {
        throw new EventLogError('unavailable', `topic ${topic} has no leaders`, { retriable: true });
      }
      await this.#cluster.clock.sleep(SETTLE_MS);
    }
  }

  async #describe(topics: readonly TopicMetadata[]): Promise<TopicSpec[]> {
    if (topics.length === 0) return [];
    const resources = topics.map(({ topic }) => ({ type: RESOURCE_TOPIC, name: topic, configNames: CONFIG_NAMES }));
    const described = await this.#cluster.any((broker) => broker.describeConfigs({ resources }));
    return topics.map(({ topic, partitions }) => {
      const entries = described.resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
      const value = (name: (typeof CONFIG_NAMES)[number]): string =>
        entries.find(({ configName }) => configName === name)?.configValue ?? '-1';
      const retentionBytes = Number(value('retention.bytes'));
      const retentionMs = Number(value('retention.ms'));
      return {
        name: topic,
        partitions: partitions.length,
        cleanup: value('cleanup.policy').includes('compact') ? 'compact' : 'delete',
        retentionMs: retentionMs < 0 ? null : retentionMs,
        retentionBytes: retentionBytes < 0 ? null : retentionBytes * partitions.length,
        maxRecordBytes: Number(value('max.message.bytes')) - BATCH_OVERHEAD_BYTES,
      };
    });
  }
}

function hasType(error: unknown, type: string): boolean {
  const nested = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [error, ...(nested as unknown[])].some((each) => diagnose(each).type === type);
}
