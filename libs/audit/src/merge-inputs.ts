import type { SideIndex } from '@logweave/correlation';
import type { LogRecord } from '@logweave/event-log';

/** One of two inputs, as far as it was read. */
class Input {
  readonly #batches: AsyncIterator<readonly LogRecord[], void>;
  records: readonly LogRecord[] = [];
  at = 0;
  ended = false;

  constructor(batches: AsyncIterable<readonly LogRecord[], void>) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  get empty(): boolean {
    return this.at >= this.records.length;
  }

  async load(): Promise<void> {
    const { done, value } = await this.#batches.next();
    this.ended = done === true;
    this.records = value ?? [];
    this.at = 0;
  }
}

/** Takes the records of two inputs in the order of their arrival. `loaded` is called now and then, with both told apart. */
export async function mergeInputs(
  batches: readonly [AsyncIterable<readonly LogRecord[], void>, AsyncIterable<readonly LogRecord[], void>],
  take: (side: SideIndex, record: LogRecord) => void,
  loaded: (records: number, ended: readonly [boolean, boolean]) => void,
): Promise<void> {
  const [a, b] = [new Input(batches[0]), new Input(batches[1])];
  for (;;) {
    for (const input of [a, b]) {
      while (input.empty && !input.ended) {
        await input.load();
        loaded(input.records.length, [a.ended, b.ended]);
      }
    }
    if (a.ended && b.ended) return;
    while (!((a.empty && !a.ended) || (b.empty && !b.ended))) {
      const ofA = a.records[a.at];
      const ofB = b.records[b.at];
      if (ofA !== undefined && (ofB === undefined || ofA.timestampMs <= ofB.timestampMs)) {
        a.at++;
        take(0, ofA);
      } else if (ofB !== undefined) {
        b.at++;
        take(1, ofB);
      } else {
        break;
      }
    }
  }
}
