/** Bounds how many do something at once; the others wait in the order they came. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  readonly #maxWaiting: number;
  #free: number;

  /** @param count how many at once. @param maxWaiting how many may wait; one more is refused. */
  constructor(count: number, maxWaiting: number) {
    this.#free = count;
    this.#maxWaiting = maxWaiting;
  }

  /** Runs `work` once a slot is free. @throws TooManyWaiting at once when the queue is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) {
      this.#free--;
    } else {
      if (this.#waiting.length >= this.#maxWaiting) throw new TooManyWaiting();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

export class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
}
