import type { AppendBatch, EventLog, TopicPartition } from '@logweave/event-log';

/** Up to where each partition is known to hold nothing that is still on its way. */
export class PartitionEnds {
  readonly #partitions: ReadonlyMap<string, number>;
  #ends: ReadonlyMap<string, number[]> | null = null;

  /** `partitions`: how many each topic has. */
  constructor(partitions: ReadonlyMap<string, number>) {
    this.#partitions = partitions;
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#partitions].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
  }

  /** Whether the log has told. Before that nothing may be given to it that may end in doubt. */
  get known(): boolean {
    return this.#ends !== null;
  }

  /** Asks the log; nothing may be on its way then. @throws Error when a topic has other partitions than it had */
  async read(eventLog: Pick<EventLog, 'watermarks'>): Promise<void> {
    const ends = new Map<string, number[]>();
    for (const [topic, partitions] of this.#partitions) {
      const highs = (await eventLog.watermarks(topic)).map(({ high }) => high);
      if (highs.length !== partitions) {
        throw new Error(
          `topic ${topic} has ${highs.length} partitions, and had ${partitions} when keys were given to them: ` +
            'make a new topic instead of adding partitions, or start again to go on with these',
        );
      }
      ends.set(topic, highs);
    }
    this.#ends = ends;
  }

  /** The log has acknowledged these. */
  appended(batches: readonly AppendBatch[], baseOffsets: readonly number[]): void {
    batches.forEach(({ topic, partition, records }, i) => {
      const ends = this.#ends?.get(topic);
      const base = baseOffsets[i] ?? 0;
      if (ends !== undefined) ends[partition] = Math.max(ends[partition] ?? 0, base + records.length);
    });
  }

  of(topic: string, partition: number): number {
    return this.#ends?.get(topic)?.[partition] ?? 0;
  }
}
