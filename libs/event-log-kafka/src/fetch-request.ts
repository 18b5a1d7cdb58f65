import { encoded, type ProtocolRequest } from './kafkajs.ts';
import { ByteReader, ByteWriter } from './protocol-bytes.ts';
import type { AbortedTransaction } from './record-batch-decoder.ts';

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** The high watermark, and the last stable offset. */
  readonly high: number;
  readonly stable: number;
  readonly low: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches; the last may be cut off. */
  readonly data: Buffer;
}

export interface FetchFrom {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const API_KEY = 1;
const API_VERSION = 11;
const READ_COMMITTED = 1;
/** Added to the time that a broker may wait, for the way. */
const NETWORK_MS = 5_000;

/** Fetch, version 11, read committed, without a session. The answer's records are left as they are. */
export function fetchRequest(
  partitions: readonly FetchFrom[],
  bounds: { readonly maxWaitMs: number; readonly maxBytes: number; readonly maxPartitionBytes: number },
): ProtocolRequest<readonly FetchedPartition[], readonly FetchedPartition[]> {
  return {
    request: {
      apiKey: API_KEY,
      apiVersion: API_VERSION,
      apiName: 'Fetch',
      encode: async () => {
        const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
        const body = new ByteWriter(64 + partitions.length * 64);
        body.int32(-1).int32(bounds.maxWaitMs).int32(1).int32(bounds.maxBytes).int8(READ_COMMITTED).int32(0).int32(-1);
        body.array([...byTopic], ([topic, of]) => {
          body.string(topic).array(of, ({ partition, offset }) => {
            body.int32(partition).int32(-1).int64(offset).int64(-1).int32(bounds.maxPartitionBytes);
          });
        });
        return encoded(body.int32(0).string('').finish());
      },
    },
    response: { decode: async (payload) => decode(new ByteReader(payload)), parse: async (fetched) => fetched },
    requestTimeout: bounds.maxWaitMs + NETWORK_MS,
  };
}

function decode(input: ByteReader): FetchedPartition[] {
  input.int32();
  input.int16();
  input.int32();
  return input
    .array(() => {
      const topic = input.string() ?? '';
      return input.array(() => {
        const partition = input.int32();
        const errorCode = input.int16();
        const high = input.int64();
        const stable = input.int64();
        const low = input.int64();
        const aborted = input.array(() => ({ producerId: input.bigint64(), firstOffset: input.int64() }));
        input.int32();
        return { topic, partition, errorCode, high, stable, low, aborted, data: input.bytes() };
      });
    })
    .flat();
}
