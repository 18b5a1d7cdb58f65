import type { EventLog, LogRecord, ProducerRecord, Reader } from '@logweave/event-log';
import type { SpoolRecord } from './spool-record.ts';

const READ_TIMEOUT_MS = 1_000;

/** How far a partition has been looked through. */
interface Search {
  readonly reader: Reader;
  /** What was in the partition when the search began. */
  readonly end: number;
  next: number;
  found: LogRecord[];
  /** A record was not there, so none after it is: records of a partition arrive in their order or not at all. */
  over: boolean;
}

/**
 * Finds out which records that a dead process had given to the log have arrived there. It was told of no answer, so the log
 * itself is asked: a record has arrived when one of the same bytes and arrival time stands where it would stand.
 */
export class InDoubtSearch {
  readonly #eventLog: Pick<EventLog, 'reader' | 'watermarks'>;
  readonly #searches = new Map<string, Search>();

  constructor(eventLog: Pick<EventLog, 'reader' | 'watermarks'>) {
    this.#eventLog = eventLog;
  }

  /** Whether the log has it. Ask in the order in which the records were given to the log. */
  async isInLog({ topic, partition, record, inDoubtFrom }: SpoolRecord): Promise<boolean> {
    if (inDoubtFrom === null) return false;
    const name = `${topic}/${partition}`;
    let search = this.#searches.get(name);
    if (search === undefined) {
      search = await this.#begin(topic, partition, inDoubtFrom);
      this.#searches.set(name, search);
    }
    while (!search.over) {
      for (let candidate = search.found.shift(); candidate !== undefined; candidate = search.found.shift()) {
        if (isSame(candidate, record)) return true;
      }
      if (search.next >= search.end) {
        search.over = true;
      } else {
        const { records, nextOffset } = await search.reader.read({ timeoutMs: READ_TIMEOUT_MS });
        search.found = [...records];
        search.next = nextOffset;
      }
    }
    return false;
  }

  async close(): Promise<void> {
    for (const { reader } of this.#searches.values()) await reader.close();
    this.#searches.clear();
  }

  async #begin(topic: string, partition: number, fromOffset: number): Promise<Search> {
    const marks = (await this.#eventLog.watermarks(topic))[partition];
    if (marks === undefined) throw new Error(`there is no partition ${topic}/${partition}`);
    const next = Math.max(marks.low, Math.min(fromOffset, marks.high));
    const reader = await this.#eventLog.reader({ topic, partition }, next);
    return { reader, end: marks.high, next, found: [], over: false };
  }
}

function isSame(a: ProducerRecord, b: ProducerRecord): boolean {
  return (
    a.timestampMs === b.timestampMs &&
    isSameBytes(a.key, b.key) &&
    isSameBytes(a.value, b.value) &&
    a.headers.length === b.headers.length &&
    a.headers.every(({ name, value }, i) => name === b.headers[i]?.name && isSameBytes(value, b.headers[i].value))
  );
}

function isSameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
