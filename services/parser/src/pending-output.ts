import {
  deadLetterRecord,
  type LogRecord,
  type ProducerRecord,
  type RecordHeader,
  recordBytes,
  type TopicPartition,
} from '@logweave/event-log';
import { HEADERS, LIMITS, type Rejection } from '@logweave/model';
import { originOf, positionText } from './incoming-log.ts';
import { type OutcomeCounts, OutcomeCounter } from './outcome-counts.ts';
import { OutcomeTally } from './outcome-tally.ts';
import type { LogOutcome } from './process-log.ts';

/** Name of the service in dead letters. */
export const STAGE = 'parser';

/** What topic dead-letter takes in every configuration. */
const LETTER_BYTES = LIMITS.mergedRecordBytes + LIMITS.headerAllowanceBytes;

export type DecidedOutcome = Exclude<LogOutcome, { kind: 'held' }>;

/** What one transaction writes. */
export interface TakenOutput {
  readonly events: readonly ProducerRecord[];
  readonly deadLetters: readonly ProducerRecord[];
  readonly counts: OutcomeCounts;
  /** For metrics: it is published when the transaction has committed. */
  readonly tally: OutcomeTally;
}

/** What a partition has to write and has not committed. */
export class PendingOutput {
  readonly #input: TopicPartition;
  readonly #logType: string | null;
  readonly #counter: OutcomeCounter;
  #events: ProducerRecord[] = [];
  #deadLetters: ProducerRecord[] = [];
  #tally = new OutcomeTally();
  #logs = 0;
  /** Roughly, values only. */
  bytes = 0;

  /** `logType`: of all logs of the partition; null: each says its own. */
  constructor(input: TopicPartition, logType: string | null, counts: OutcomeCounts) {
    this.#input = input;
    this.#logType = logType;
    this.#counter = new OutcomeCounter(counts);
  }

  /** Logs that wait for their commit. */
  get logs(): number {
    return this.#logs;
  }

  add(record: LogRecord, outcome: DecidedOutcome): void {
    this.#logs++;
    this.#tally.add(outcome);
    switch (outcome.kind) {
      case 'parsed':
        this.#counter.add({ kind: 'parsed', events: outcome.records.length });
        for (const made of outcome.records) this.bytes += made.value?.length ?? 0;
        this.#events.push(...outcome.records);
        return;
      case 'dropped':
        this.#counter.add(outcome);
        return;
      case 'raw_only':
        this.#counter.add(outcome);
        return;
      case 'dead_letter':
        this.#counter.add(outcome);
        this.#deadLetter(record, outcome.rejection);
        return;
      default:
        outcome satisfies never;
    }
  }

  /** Hands everything out and begins anew. */
  take(): TakenOutput {
    const taken = {
      events: this.#events,
      deadLetters: this.#deadLetters,
      counts: this.#counter.now,
      tally: this.#tally,
    };
    this.#events = [];
    this.#deadLetters = [];
    this.#tally = new OutcomeTally();
    this.#logs = 0;
    this.bytes = 0;
    return taken;
  }

  #deadLetter(record: LogRecord, rejection: Rejection): void {
    const { key, value, timestampMs: arrivalMs, offset } = record;
    const letter = deadLetterRecord({
      stage: STAGE,
      rejection,
      key,
      value,
      arrivalMs,
      source: { ...this.#input, offset },
    });
    this.bytes += letter.value?.length ?? 0;
    this.#deadLetters.push(this.#withOwnHeaders(record, letter));
  }

  /** What says of which type the log is stays with it, so that it can be parsed again, and the rest as far as there is room. */
  #withOwnHeaders(record: LogRecord, letter: ProducerRecord): ProducerRecord {
    const headers = [...letter.headers];
    const origin = originOf(record.headers);
    if (origin !== null) headers.push({ name: HEADERS.origin, value: Buffer.from(positionText(origin)) });
    if (this.#logType !== null) headers.push({ name: HEADERS.logType, value: Buffer.from(this.#logType) });
    const taken = new Set<string>([...headers.map(({ name }) => name), HEADERS.origin]);
    let bytes = recordBytes({ ...letter, headers });
    for (const header of [...record.headers].sort(logTypeFirst)) {
      bytes += header.name.length + header.value.length;
      if (bytes > LETTER_BYTES) break;
      if (!taken.has(header.name)) headers.push(header);
    }
    return { ...letter, headers };
  }
}

function logTypeFirst(a: RecordHeader, b: RecordHeader): number {
  return Number(b.name === HEADERS.logType) - Number(a.name === HEADERS.logType);
}
