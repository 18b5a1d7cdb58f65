/** A stored batch and where it stands. */
export interface CachedBatch {
  readonly partition: number;
  readonly baseOffset: number;
  readonly span: number;
  readonly data: Buffer;
}

/**
 * The batches committed last, as they were written, so that consumers in this process do not read back what was just
 * appended. Bounded in bytes over all partitions; the oldest go first. Per partition it has no gaps.
 */
export class TailCache {
  readonly #maxBytes: number;
  readonly #byPartition = new Map<number, CachedBatch[]>();
  /** In the order of insertion; entries before `#oldest` are gone. */
  #order: CachedBatch[] = [];
  #oldest = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(batch: CachedBatch): void {
    if (batch.data.length > this.#maxBytes) {
      this.drop(batch.partition);
      return;
    }
    const batches = this.#byPartition.get(batch.partition);
    if (batches === undefined) this.#byPartition.set(batch.partition, [batch]);
    else batches.push(batch);
    this.#order.push(batch);
    this.#bytes += batch.data.length;
    while (this.#bytes > this.#maxBytes) this.#evictOldest();
  }

  /** The batches from the one that holds `offset` on, or null when that one is not here. */
  *from(partition: number, offset: number): Generator<CachedBatch, void> {
    const batches = this.#byPartition.get(partition) ?? [];
    for (let i = indexOf(batches, offset); i >= 0 && i < batches.length; i++) yield batches[i] as CachedBatch;
  }

  has(partition: number, offset: number): boolean {
    return indexOf(this.#byPartition.get(partition) ?? [], offset) >= 0;
  }

  /** Forgets a partition, because what is stored of it has changed. */
  drop(partition: number): void {
    const batches = this.#byPartition.get(partition);
    if (batches === undefined) return;
    this.#byPartition.delete(partition);
    for (const { data } of batches) this.#bytes -= data.length;
    this.#order = this.#order.slice(this.#oldest).filter((batch) => batch.partition !== partition);
    this.#oldest = 0;
  }

  #evictOldest(): void {
    const batch = this.#order[this.#oldest++];
    if (batch === undefined) return;
    this.#byPartition.get(batch.partition)?.shift();
    this.#bytes -= batch.data.length;
    // Cut off in large steps: shifting one by one would move the whole list each time.
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#oldest);
      this.#oldest = 0;
    }
  }
}

/** Index of the batch that holds the offset, or -1. */
function indexOf(batches: readonly CachedBatch[], offset: number): number {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((batches[middle] as CachedBatch).baseOffset <= offset) low = middle + 1;
    else high = middle;
  }
  const found = batches[low - 1];
  return found !== undefined && offset < found.baseOffset + found.span ? low - 1 : -1;
}
