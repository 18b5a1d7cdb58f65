import type { AppendBatch, EventLog } from '@logweave/event-log';

/** Up to where each partition is known to hold nothing that is still on its way. */
export class PartitionEnds {
  readonly #ends: ReadonlyMap<string, number[]>;

  private constructor(ends: ReadonlyMap<string, number[]>) {
    this.#ends = ends;
  }

  static async read(eventLog: Pick<EventLog, 'watermarks'>, topics: readonly string[]): Promise<PartitionEnds> {
    const ends = new Map<string, number[]>();
    for (const topic of topics)
      ends.set(
        topic,
        (await eventLog.watermarks(topic)).map(({ high }) => high),
      );
    return new PartitionEnds(ends);
  }

  /** The log has acknowledged these. */
  appended(batches: readonly AppendBatch[], baseOffsets: readonly number[]): void {
    batches.forEach(({ topic, partition, records }, i) => {
      const ends = this.#ends.get(topic);
      const base = baseOffsets[i] ?? 0;
      if (ends !== undefined) ends[partition] = Math.max(ends[partition] ?? 0, base + records.length);
    });
  }

  of(topic: string, partition: number): number {
    return this.#ends.get(topic)?.[partition] ?? 0;
  }
}
