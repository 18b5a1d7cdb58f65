import type { LogRecord } from '@logweave/event-log';
import { type EncodedBatch, encodedBytes, encodePlaced, type PlacedRecord } from './batch-codec.ts';
import type { Partition } from './catalog.ts';
import type { LogCore } from './log-core.ts';
import { batchId } from './store.ts';

/** What one look reads and one transaction rewrites, at most about. */
const STEP_BYTES = 2 * 1024 * 1024;
const STEP_RECORDS = 20_000;
/** Below this much that is new, compaction is not worth its writes. */
const MIN_DIRTY_BYTES = 1024 * 1024;

export interface CompactionOptions {
  readonly tombstoneMs: number;
  /** Compact however little is new. */
  readonly force: boolean;
}

/**
 * Keeps of each key the last record, and a last record that is a tombstone only until it is `tombstoneMs` old. Records
 * without a key stay. Offsets do not change: what goes leaves gaps, and small batches are joined. What is appended while
 * it runs is left for the next run.
 * @returns the number of records removed.
 */
export async function compact(core: LogCore, partition: Partition, options: CompactionOptions): Promise<number> {
  const end = partition.next;
  if (!options.force && !isDirty(core, partition)) return 0;
  const lastOffsets = new Map<string, number>();
  for await (const { records } of steps(core, partition, end)) {
    for (const { key, offset } of records) if (key !== null) lastOffsets.set(textOf(key), offset);
  }
  const oldestTombstoneMs = core.clock.wallMs() - options.tombstoneMs;
  const stays = ({ key, value, offset, timestampMs }: LogRecord): boolean =>
    key === null || (lastOffsets.get(textOf(key)) === offset && (value !== null || timestampMs >= oldestTombstoneMs));
  let removed = 0;
  for await (const step of steps(core, partition, end)) {
    const kept = step.records.filter(stays);
    if (kept.length === step.records.length && step.batches === 1) continue;
    removed += step.records.length - kept.length;
    await rewrite(core, partition, step, kept);
  }
  await core.write((transaction) => transaction.setCleaned(partition, end));
  return removed;
}

function isDirty(core: LogCore, partition: Partition): boolean {
  let dirtyBytes = 0;
  for (let from = partition.cleaned; ; ) {
    const infos = core.store.batchInfos(partition.id, from, 1_000);
    for (const { bytes } of infos) dirtyBytes += bytes;
    const last = infos.at(-1);
    if (last === undefined || infos.length < 1_000) break;
    from = last.id + last.span - batchId(partition.id, 0);
  }
  return dirtyBytes >= MIN_DIRTY_BYTES && dirtyBytes * 2 >= partition.bytes;
}

interface Step {
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly batches: number;
  readonly bytes: number;
  readonly records: readonly LogRecord[];
}

/** The partition up to `end` in pieces of whole batches; others run between them. */
async function* steps(core: LogCore, partition: Partition, end: number): AsyncGenerator<Step, void> {
  let fromOffset = partition.low;
  while (fromOffset < end) {
    const infos = core.store.batchInfos(partition.id, fromOffset, 1_000);
    let batches = 0;
    let bytes = 0;
    let count = 0;
    let toOffset = fromOffset;
    for (const info of infos) {
      const infoEnd = info.id + info.span - batchId(partition.id, 0);
      if (infoEnd > end || (batches > 0 && (bytes + info.bytes > STEP_BYTES || count >= STEP_RECORDS))) break;
      batches++;
      bytes += info.bytes;
      count += info.records;
      toOffset = infoEnd;
    }
    if (batches === 0) return;
    const records: LogRecord[] = [];
    core.store.read(partition.id, fromOffset, { records: count, bytes }, records);
    yield { fromOffset, toOffset, batches, bytes, records };
    fromOffset = toOffset;
    await core.turn();
  }
}

async function rewrite(core: LogCore, partition: Partition, step: Step, kept: readonly LogRecord[]): Promise<void> {
  const batches = regroup(kept);
  await core.write((transaction) => {
    transaction.removeBatches(
      partition,
      batchId(partition.id, step.fromOffset),
      batchId(partition.id, step.toOffset),
      step.bytes,
    );
    for (const { baseOffset, batch } of batches)
      transaction.putBatch(partition, batchId(partition.id, baseOffset), batch);
  });
  core.cache.drop(partition.id);
}

/** Stored batches of what is left, each beginning at its first record. */
function regroup(records: readonly LogRecord[]): { baseOffset: number; batch: EncodedBatch }[] {
  const batches: { baseOffset: number; batch: EncodedBatch }[] = [];
  let placed: PlacedRecord[] = [];
  let baseOffset = 0;
  let bytes = 0;
  const close = (): void => {
    const last = placed.at(-1);
    if (last !== undefined) batches.push({ baseOffset, batch: encodePlaced(placed, last.delta + 1) });
    placed = [];
    bytes = 0;
  };
  for (const record of records) {
    // The delta is stored in 32 bits.
    if (bytes >= STEP_BYTES / 2 || record.offset - baseOffset >= 2 ** 31) close();
    if (placed.length === 0) baseOffset = record.offset;
    placed.push({ delta: record.offset - baseOffset, record });
    bytes += encodedBytes(record);
  }
  close();
  return batches;
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
