import { fetchFrom } from '../fetch-partitions.ts';
import { AT, LENGTH_END, readInt53 } from '../record-batch-layout.ts';
import { testCluster } from './test-cluster.ts';

/** A record batch as the broker holds it. */
export interface RawBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** Records in it; compaction leaves batches without any. */
  readonly count: number;
}

/** The batches that a fetch from the beginning of a partition gives, whatever they hold. */
export async function rawBatches(brokers: readonly string[], topic: string): Promise<readonly RawBatch[]> {
  const cluster = testCluster(brokers);
  try {
    const leader = (await cluster.leader(topic, 0)) ?? -1;
    const bounds = { maxWaitMs: 0, maxBytes: 1_000_000, maxPartitionBytes: 1_000_000 };
    const [result] = await fetchFrom(cluster, leader, [{ topic, partition: 0, offset: 0 }], bounds);
    if (result?.kind !== 'fetched') throw new Error(`${topic} cannot be fetched`);
    const { data } = result.fetched;
    const batches: RawBatch[] = [];
    for (let at = 0; at + AT.records <= data.length; at += LENGTH_END + data.readInt32BE(at + AT.length)) {
      const baseOffset = readInt53(data, at);
      const lastOffset = baseOffset + data.readInt32BE(at + AT.lastOffsetDelta);
      batches.push({ baseOffset, lastOffset, count: data.readInt32BE(at + AT.count) });
    }
    return batches;
  } finally {
    await cluster.close();
  }
}
