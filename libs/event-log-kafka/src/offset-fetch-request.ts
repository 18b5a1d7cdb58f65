import type { CommittedOffset, TopicPartition } from '@logweave/event-log';
import { encoded, protocolError, type ProtocolRequest } from './kafkajs.ts';
import { ByteReader, ByteWriter } from './protocol-bytes.ts';

const API_KEY = 9;
const API_VERSION = 7;

interface FetchedOffset extends TopicPartition, CommittedOffset {
  readonly errorCode: number;
}

interface FetchedOffsets {
  readonly errorCode: number;
  readonly offsets: readonly FetchedOffset[];
}

/**
 * OffsetFetch, version 7. `stable`: while a transaction that has committed is still being carried out, or one is open,
 * the answer is the error UNSTABLE_OFFSET_COMMIT; else it is the offset from before it. kafkajs' version 4 cannot ask for
 * that (KIP-447). The result has null where the group has not committed.
 */
export function offsetFetchRequest(
  group: string,
  partitions: readonly TopicPartition[],
  stable: boolean,
): ProtocolRequest<FetchedOffsets, readonly (CommittedOffset | null)[]> {
  return {
    request: {
      apiKey: API_KEY,
      apiVersion: API_VERSION,
      apiName: 'OffsetFetch',
      encode: async () => {
        // kafkajs writes the head of versions before the flexible ones; the tagged fields that end the newer are here.
        const body = new ByteWriter(64 + partitions.length * 32).uvarint(0).compactString(group);
        body.compactArray([...Map.groupBy(partitions, ({ topic }) => topic)], ([topic, of]) => {
          body.compactString(topic);
          body.compactArray(of, ({ partition }) => void body.int32(partition)).uvarint(0);
        });
        return encoded(
          body
            .int8(stable ? 1 : 0)
            .uvarint(0)
            .finish(),
        );
      },
    },
    response: {
      decode: async (payload) => decode(new ByteReader(payload)),
      parse: async ({ errorCode, offsets }) => {
        const failed = errorCode === 0 ? offsets.find((each) => each.errorCode !== 0) : { errorCode };
        if (failed !== undefined) throw protocolError(failed.errorCode);
        return partitions.map(({ topic, partition }) => {
          const found = offsets.find((each) => each.topic === topic && each.partition === partition);
          return found === undefined || found.offset < 0 ? null : { offset: found.offset, metadata: found.metadata };
        });
      },
    },
    // A pending transaction is no error worth a line in a log.
    logResponseError: false,
  };
}

function decode(input: ByteReader): FetchedOffsets {
  input.skipTags();
  input.int32();
  const offsets = input
    .compactArray(() => {
      const topic = input.compactString() ?? '';
      const partitions = input.compactArray(() => {
        const partition = input.int32();
        const offset = input.int64();
        input.int32();
        const fetched = { topic, partition, offset, metadata: input.compactString() ?? '', errorCode: input.int16() };
        input.skipTags();
        return fetched;
      });
      input.skipTags();
      return partitions;
    })
    .flat();
  return { errorCode: input.int16(), offsets };
}
