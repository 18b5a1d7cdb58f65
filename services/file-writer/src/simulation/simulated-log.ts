import {
  type CommittedOffset,
  type Consumer,
  type EventLog,
  EventLogError,
  type LogRecord,
  type OffsetCommit,
  type PollOptions,
  type PollResult,
  type RecordBatch,
  type TopicPartition,
} from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { Fate } from './fate.ts';

/**
 * One topic and one group that outlive the lives of those who use them. Smaller than the log in memory, and different
 * from it in what matters here: a life can end in the middle of a commit, and a commit can reach only some partitions.
 */
export class SimulatedLog {
  /** When set, commits are answered with an error; `applied` or not. */
  commitFault: { readonly applied: boolean } | null = null;
  /** When set, polls fail with it. */
  pollFault: EventLogError | null = null;
  readonly topic = 'correlated';
  readonly #records: LogRecord[][];
  readonly #committed: (CommittedOffset | null)[];
  #generation = 0;
  #wake: (() => void) | null = null;

  constructor(partitions: number) {
    this.#records = Array.from({ length: partitions }, () => []);
    this.#committed = Array.from({ length: partitions }, () => null);
  }

  append(partition: number, value: string): void {
    const records = this.#records[partition] ?? [];
    records.push({ key: null, value: Buffer.from(value), headers: [], timestampMs: 0, offset: records.length });
    this.#wake?.();
  }

  commitByHand(partition: number, offset: number): void {
    this.#committed[partition] = { offset, metadata: '' };
  }

  get committed(): readonly (CommittedOffset | null)[] {
    return this.#committed;
  }

  get isDrained(): boolean {
    return this.#records.every((records, partition) => this.#committed[partition]?.offset === records.length);
  }

  mount(fate: Fate, clock: Clock): Pick<EventLog, 'watermarks' | 'committed' | 'consumer'> {
    return {
      watermarks: () => fate.step(() => this.#records.map(({ length }) => ({ low: 0, high: length, stable: length }))),
      committed: () => fate.step(() => [...this.#committed]),
      consumer: () => fate.step(() => this.#consumer(fate, clock)),
    };
  }

  /** The generation of whoever holds it passes. */
  fence(): void {
    this.#generation++;
    this.#wake?.();
  }

  #consumer(fate: Fate, clock: Clock): Consumer {
    let generation = -1;
    this.#generation++;
    const { topic } = this;
    const positions = this.#records.map((_, partition) => this.#committed[partition]?.offset ?? 0);
    const paused = new Set<number>(positions.keys());
    let woken = false;
    const taken = (): readonly RecordBatch[] =>
      this.#records.flatMap((records, partition) => {
        const fetchedOffset = positions[partition] ?? 0;
        const fresh = paused.has(partition) ? [] : records.slice(fetchedOffset, fetchedOffset + 7);
        if (fresh.length === 0) return [];
        positions[partition] = fetchedOffset + fresh.length;
        const nextOffset = fetchedOffset + fresh.length;
        return [{ topic, partition, records: fresh, fetchedOffset, nextOffset, endOffset: records.length }];
      });
    const poll = async ({ timeoutMs }: PollOptions): Promise<PollResult> => {
      if (this.pollFault !== null) throw this.pollFault;
      if (generation !== this.#generation) {
        generation = this.#generation;
        const all = this.#records.map((_, partition) => ({ topic, partition }));
        return { kind: 'assignment', generation, assigned: all, gained: all, lost: [] };
      }
      const now = taken();
      if (now.length > 0) return { kind: 'records', batches: now };
      if (!woken) {
        const controller = new AbortController();
        this.#wake = () => controller.abort();
        await clock.sleep(timeoutMs, controller.signal);
      }
      woken = false;
      const batches = taken();
      return batches.length > 0 ? { kind: 'records', batches } : { kind: 'idle' };
    };
    return {
      group: 'file-writer',
      poll: async (options) => fate.step(() => poll(options)),
      pause: (partitions) => {
        for (const { partition } of partitions) paused.add(partition);
      },
      resume: (partitions) => {
        for (const { partition } of partitions) paused.delete(partition);
      },
      seek: ({ partition }, offset) => {
        positions[partition] = offset;
      },
      position: ({ partition }: TopicPartition) => positions[partition] ?? 0,
      endOffset: ({ partition }) => this.#records[partition]?.length,
      commit: (offsets) => fate.step((effect) => this.#commit(offsets, effect, generation)),
      wakeUp: () => {
        woken = true;
        this.#wake?.();
      },
      close: () => fate.step(() => {}),
    };
  }

  #commit(offsets: readonly OffsetCommit[], effect: number, generation: number): 'committed' | 'fenced' {
    if (generation !== this.#generation) return 'fenced';
    const fault = this.commitFault;
    if (fault === null || fault.applied) {
      for (const { partition, offset, metadata } of offsets.slice(0, Math.ceil(offsets.length * effect))) {
        this.#committed[partition] = { offset, metadata };
      }
    }
    if (fault !== null) throw new EventLogError('unavailable', 'simulated', { retriable: true });
    return 'committed';
  }
}
