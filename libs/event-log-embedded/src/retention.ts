import type { TopicSpec } from '@logweave/event-log';
import type { RetentionHold } from './alarms.ts';
import type { Partition } from './catalog.ts';
import type { LogCore } from './log-core.ts';
import { type BatchInfo, batchId } from './store.ts';

/** Batches that one transaction removes: deleting a megabyte costs about a millisecond of the event loop. */
const STEP_BATCHES = 16;

export interface RetentionResult {
  readonly removedRecords: number;
  readonly hold: RetentionHold | null;
}

/**
 * Removes from the front of a partition what is older than its topic keeps, or more than its share of the topic's
 * bytes, in whole batches; but nothing that a group which has committed there has not read.
 */
export async function applyRetention(core: LogCore, spec: TopicSpec, partition: Partition): Promise<RetentionResult> {
  let removedRecords = 0;
  for (;;) {
    const infos = core.store.batchInfos(partition.id, partition.low, STEP_BATCHES);
    const { due, hold } = decide(core, spec, partition, infos);
    const last = due.at(-1);
    if (last !== undefined) {
      await core.write((transaction) => {
        const bytes = due.reduce((sum, info) => sum + info.bytes, 0);
        transaction.removeBatches(partition, batchId(partition.id, 0), last.id + 1, bytes);
        transaction.raiseLow(partition, last.id + last.span - batchId(partition.id, 0));
      });
      removedRecords += due.reduce((sum, info) => sum + info.records, 0);
    }
    if (hold !== null || due.length < STEP_BATCHES) return { removedRecords, hold };
  }
}

function decide(
  core: LogCore,
  spec: TopicSpec,
  partition: Partition,
  infos: readonly BatchInfo[],
): { due: BatchInfo[]; hold: RetentionHold | null } {
  const oldestMs = spec.retentionMs === null ? Number.NEGATIVE_INFINITY : core.clock.wallMs() - spec.retentionMs;
  const shareBytes = spec.retentionBytes === null ? Number.POSITIVE_INFINITY : spec.retentionBytes / spec.partitions;
  const slowest = core.catalog.slowestGroup(partition.id);
  const due: BatchInfo[] = [];
  let { bytes } = partition;
  for (const info of infos) {
    if (info.maxTimestampMs >= oldestMs && bytes <= shareBytes) break;
    if (slowest !== null && info.id + info.span - batchId(partition.id, 0) > slowest.offset) {
      const { topic, index } = partition;
      return { due, hold: { topic, partition: index, group: slowest.group, committedOffset: slowest.offset } };
    }
    due.push(info);
    bytes -= info.bytes;
  }
  return { due, hold: null };
}
