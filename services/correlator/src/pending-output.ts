import { type HeldEvent, keyText, type MatchingMode, type OutcomeSink, RecordWriter } from '@logweave/correlation';
import { deadLetterRecord, type LogRecord, type ProducerRecord, type RecordHeader } from '@logweave/event-log';
import { HEADERS, LIMITS, type OrphanReason, type Rejection, RULES_VERSION, reject } from '@logweave/model';
import type { TaskPartitions } from './task-partitions.ts';

/** Name of the service in dead letters. */
const STAGE = 'correlator';

const rules: RecordHeader = { name: HEADERS.rules, value: Buffer.from(RULES_VERSION) };

/** What a task has to write and has not committed: the engine's outcomes as records, and dead letters. */
export class PendingOutput implements OutcomeSink {
  results: ProducerRecord[] = [];
  deadLetters: ProducerRecord[] = [];
  /** Roughly, values only. */
  bytes = 0;

  readonly #writer: RecordWriter;
  readonly #partitions: TaskPartitions;
  /** `topic/partition/` of either input. */
  readonly #places: readonly [string, string];

  constructor(mode: MatchingMode, partitions: TaskPartitions) {
    this.#writer = new RecordWriter(mode);
    this.#partitions = partitions;
    const [http, network] = partitions.inputs;
    this.#places = [`${http.topic}/${http.partition}/`, `${network.topic}/${network.partition}/`];
  }

  get empty(): boolean {
    return this.results.length === 0 && this.deadLetters.length === 0;
  }

  pair(a: HeldEvent, b: HeldEvent, ordinal: number): void {
    this.#add(a, this.#writer.pair(a, b, ordinal), [this.#parent(a), this.#parent(b), rules]);
  }

  orphan(event: HeldEvent, reason: OrphanReason, nearestNs: number): void {
    this.#add(event, this.#writer.orphan(event, reason, nearestNs), [this.#parent(event), rules]);
  }

  deadLetter(side: 0 | 1, record: LogRecord, rejection: Rejection): void {
    const source = { ...this.#partitions.inputs[side], offset: record.offset };
    const { key, value, timestampMs: arrivalMs } = record;
    this.deadLetters.push(deadLetterRecord({ stage: STAGE, rejection, key, value, arrivalMs, source }));
    this.bytes += value?.length ?? 0;
  }

  /** Hands everything out and begins anew. */
  take(): { readonly results: readonly ProducerRecord[]; readonly deadLetters: readonly ProducerRecord[] } {
    const { results, deadLetters } = this;
    this.results = [];
    this.deadLetters = [];
    this.bytes = 0;
    return { results, deadLetters };
  }

  #add(lead: HeldEvent, value: Buffer, headers: readonly RecordHeader[]): void {
    if (value.length > LIMITS.mergedRecordBytes) {
      this.#tooLarge(lead, value);
      return;
    }
    this.bytes += value.length;
    this.results.push({
      key: Buffer.from(keyText(lead.key), 'latin1'),
      value,
      headers,
      timestampMs: lead.arrivalMs,
    });
  }

  /** Only prefixes of hundreds of clashing names can make a record that long; its sources stand in their topics. */
  #tooLarge(lead: HeldEvent, value: Buffer): void {
    const source = { ...this.#partitions.inputs[lead.side], offset: lead.offset };
    const message = `the joined record has ${value.length} bytes, ${LIMITS.mergedRecordBytes} are allowed`;
    this.deadLetters.push(
      deadLetterRecord({
        stage: STAGE,
        rejection: reject('record_too_large', message),
        key: Buffer.from(keyText(lead.key), 'latin1'),
        value,
        arrivalMs: lead.arrivalMs,
        source,
      }),
    );
  }

  #parent(event: HeldEvent): RecordHeader {
    const name = event.side === 0 ? HEADERS.parentA : HEADERS.parentB;
    return { name, value: Buffer.from(this.#places[event.side] + event.offset, 'latin1') };
  }
}
