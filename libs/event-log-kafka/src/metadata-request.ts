import { encoded, type ProtocolRequest } from './kafkajs.ts';
import { ByteReader, ByteWriter } from './protocol-bytes.ts';

export interface PartitionMetadata {
  /** -1 while there is none. */
  readonly leader: number;
}

export interface TopicMetadata {
  readonly topic: string;
  readonly internal: boolean;
  /** By their numbers. */
  readonly partitions: readonly PartitionMetadata[];
}

export interface ClusterMetadata {
  readonly controllerId: number;
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  /** Those that exist. */
  readonly topics: readonly TopicMetadata[];
  /** Names of those that were asked for and that we may not know anything about. */
  readonly denied: readonly string[];
}

const API_KEY = 3;
const API_VERSION = 6;
const TOPIC_AUTHORIZATION_FAILED = 29;

/**
 * Metadata, version 6. kafkajs' own throws the whole answer away when one partition of one topic has no leader.
 * `topics`: their names; null for all.
 */
export function metadataRequest(topics: readonly string[] | null): ProtocolRequest<ClusterMetadata, ClusterMetadata> {
  return {
    request: {
      apiKey: API_KEY,
      apiVersion: API_VERSION,
      apiName: 'Metadata',
      encode: async () => {
        const body = new ByteWriter(64);
        if (topics === null) body.int32(-1);
        else body.array(topics, (topic) => body.string(topic));
        return encoded(body.int8(0).finish());
      },
    },
    response: { decode: async (payload) => decode(new ByteReader(payload)), parse: async (metadata) => metadata },
  };
}

function decode(input: ByteReader): ClusterMetadata {
  input.int32();
  const brokers = input.array(() => {
    const broker = { nodeId: input.int32(), host: input.string() ?? '', port: input.int32() };
    input.string();
    return broker;
  });
  input.string();
  const controllerId = input.int32();
  const topics = input.array(() => {
    const error = input.int16();
    const topic = input.string() ?? '';
    const internal = input.boolean();
    const partitions: PartitionMetadata[] = [];
    input.array(() => {
      input.int16();
      const index = input.int32();
      partitions[index] = { leader: input.int32() };
      for (let lists = 0; lists < 3; lists++) input.array(() => input.int32());
    });
    return { error, topic, internal, partitions };
  });
  const existing = topics.filter(({ error, partitions }) => error === 0 && partitions.length > 0);
  return {
    controllerId,
    brokers,
    topics: existing.map(({ topic, internal, partitions }) => ({ topic, internal, partitions })),
    denied: topics.filter(({ error }) => error === TOPIC_AUTHORIZATION_FAILED).map(({ topic }) => topic),
  };
}
