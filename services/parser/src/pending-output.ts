import {
  deadLetterRecord,
  type LogRecord,
  type ProducerRecord,
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
  readonly #counter: OutcomeCounter;
  #events: ProducerRecord[] = [];
  #deadLetters: ProducerRecord[] = [];
  #tally = new OutcomeTally();
  #logs = 0;
  /** Roughly, values only. */
  bytes = 0;

  constructor(input: TopicPartition, counts: OutcomeCounts) {
    this.#input = input;
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
    // What says of which type the log is stays with it, so that it can be parsed again.
    const whole = { ...letter, headers: [...letter.headers, ...originalHeaders(record, letter)] };
    this.#deadLetters.push(recordBytes(whole) > LETTER_BYTES ? letter : whole);
  }
}

function originalHeaders(record: LogRecord, letter: ProducerRecord): LogRecord['headers'] {
  const own = new Set<string>([...letter.headers.map(({ name }) => name), HEADERS.origin]);
  const others = record.headers.filter(({ name }) => !own.has(name));
  const origin = originOf(record.headers);
  return origin === null ? others : [...others, { name: HEADERS.origin, value: Buffer.from(positionText(origin)) }];
}
