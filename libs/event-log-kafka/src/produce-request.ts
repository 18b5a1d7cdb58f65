import { encoded, type ProtocolRequest } from './kafkajs.ts';
import { ByteReader, ByteWriter } from './protocol-bytes.ts';

export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: number;
}

export interface SignedBatch {
  readonly topic: string;
  readonly partition: number;
  /** One record batch, signed. */
  readonly batch: Buffer;
}

const API_KEY = 0;
const API_VERSION = 7;
const ALL_REPLICAS = -1;

/** Produce, version 7, acknowledged by all in-sync replicas. Each partition occurs once, with one batch. */
export function produceRequest(
  transactionalId: string | null,
  batches: readonly SignedBatch[],
  timeoutMs: number,
): ProtocolRequest<readonly ProducedPartition[], readonly ProducedPartition[]> {
  return {
    request: {
      apiKey: API_KEY,
      apiVersion: API_VERSION,
      apiName: 'Produce',
      encode: async () => {
        const bytes = batches.reduce((sum, { topic, batch }) => sum + topic.length + batch.length + 16, 64);
        const body = new ByteWriter(bytes).string(transactionalId).int16(ALL_REPLICAS).int32(timeoutMs);
        body.array([...Map.groupBy(batches, ({ topic }) => topic)], ([topic, of]) => {
          body.string(topic).array(of, ({ partition, batch }) => {
            body.int32(partition).int32(batch.length).raw(batch);
          });
        });
        return encoded(body.finish());
      },
    },
    response: { decode: async (payload) => decode(new ByteReader(payload)), parse: async (produced) => produced },
  };
}

function decode(input: ByteReader): ProducedPartition[] {
  return input
    .array(() => {
      const topic = input.string() ?? '';
      return input.array(() => {
        const produced = { topic, partition: input.int32(), errorCode: input.int16(), baseOffset: input.int64() };
        input.int64();
        input.int64();
        return produced;
      });
    })
    .flat();
}
