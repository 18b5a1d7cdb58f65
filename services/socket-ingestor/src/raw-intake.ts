import { deadLetterRecord, partitionOf, type RecordHeader } from '@logweave/event-log';
import type { FramedSink, OversizedLine } from '@logweave/intake';
import { HEADERS, type Rejection, reject } from '@logweave/model';
import { emptyTally } from './input-tally.ts';
import { SERVICE_NAME } from './line-intake.ts';
import type { RawOrigin } from './raw-config.ts';
import type { RecordSink, TargetTopic } from './record-sink.ts';

export interface RawIntakeTopics {
  readonly raw: TargetTopic;
  readonly deadLetters: TargetTopic;
}

/** Whose logs keep their order: a sender, or a file. */
export interface RawSource {
  readonly key: Buffer;
  readonly partition: number;
}

/**
 * Makes a record of each log of an input: its bytes as they came, under the identity of its source, with the type of the log
 * and what else the input says of it in headers.
 */
export class RawIntake implements FramedSink {
  readonly tally = emptyTally();
  readonly #origin: RawOrigin;
  readonly #topics: RawIntakeTopics;
  readonly #sink: RecordSink;
  readonly #fixedHeaders: readonly RecordHeader[];
  readonly #input: RecordHeader;
  readonly #target: RecordHeader;
  #source: RawSource;
  #arrivalMs = Number.NaN;
  #headers: readonly RecordHeader[] = [];
  #nextDeadLetterPartition = 0;

  constructor(origin: RawOrigin, topics: RawIntakeTopics, sink: RecordSink) {
    this.#origin = origin;
    this.#topics = topics;
    this.#sink = sink;
    const { logType, namespace, labels } = origin;
    this.#fixedHeaders = [
      header(HEADERS.logType, logType),
      ...(namespace === null ? [] : [header(HEADERS.namespace, namespace)]),
      ...(Object.keys(labels).length === 0 ? [] : [header(HEADERS.labels, JSON.stringify(labels))]),
    ];
    this.#input = header(HEADERS.input, origin.name);
    this.#target = header(HEADERS.sourceTopic, topics.raw.name);
    this.#source = this.sourceOf(null);
  }

  /** `peer`: the address of a sender, where there are several. */
  sourceOf(peer: string | null): RawSource {
    const { name } = this.#origin;
    const key = Buffer.from(peer === null ? name : `${name}/${peer}`);
    return { key, partition: partitionOf(key, this.#topics.raw.partitions) };
  }

  /** What comes now is from this source and has arrived at this moment, in milliseconds since the epoch. */
  begin(source: RawSource, arrivalMs: number): void {
    this.#source = source;
    if (arrivalMs === this.#arrivalMs) return;
    this.#arrivalMs = arrivalMs;
    const collectionTime = header(HEADERS.collectionTime, new Date(arrivalMs).toISOString());
    this.#headers = [...this.#fixedHeaders, collectionTime, this.#input];
  }

  line(bytes: Buffer, start: number, end: number): void {
    this.#count(end - start);
    this.#sink.add(this.#topics.raw, this.#source.partition, {
      key: this.#source.key,
      value: bytes.subarray(start, end),
      headers: this.#headers,
      timestampMs: this.#arrivalMs,
    });
  }

  oversized(line: OversizedLine): void {
    this.#count(line.lengthBytes);
    const message = `a log of ${line.lengthBytes} bytes is over the limit of ${this.#origin.maxLogBytes}`;
    this.#refuse(reject('line_too_long', message), line.preview, line);
  }

  misframed(bytes: Buffer, message: string): void {
    this.#count(bytes.length);
    this.#refuse(reject('bad_framing', message), bytes);
  }

  /** A datagram that did not fit; `bytes` is what came of it. */
  truncated(bytes: Buffer, originalLength: number): void {
    this.#count(bytes.length);
    const message = `a datagram of ${originalLength} bytes was cut off after ${bytes.length}`;
    this.#refuse(reject('datagram_truncated', message), bytes);
  }

  #count(bytes: number): void {
    this.tally.lines++;
    this.tally.bytes += bytes;
  }

  #refuse(rejection: Rejection, value: Buffer, original?: OversizedLine): void {
    const { deadLetters } = this.tally;
    deadLetters.set(rejection.reason, (deadLetters.get(rejection.reason) ?? 0) + 1);
    const { key } = this.#source;
    const letter = { stage: SERVICE_NAME, rejection, key, value, arrivalMs: this.#arrivalMs };
    const record = deadLetterRecord(original === undefined ? letter : { ...letter, original });
    // The topic that it would have gone to, and all that its record would have said, so that it can be sent there still.
    const headers = [...record.headers, this.#target, ...this.#headers];
    const partition = this.#nextDeadLetterPartition;
    this.#nextDeadLetterPartition = (partition + 1) % this.#topics.deadLetters.partitions;
    this.#sink.add(this.#topics.deadLetters, partition, { ...record, headers });
  }
}

function header(name: string, value: string): RecordHeader {
  return { name, value: Buffer.from(value) };
}
