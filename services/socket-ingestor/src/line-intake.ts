import { deadLetterRecord, partitionOf, type RecordHeader } from '@logweave/event-log';
import { type LineSink, type OversizedLine, payloadStart } from '@logweave/intake';
import { EventReader, HEADERS, LIMITS, type Rejection, reject, type SourceRules } from '@logweave/model';
import { emptyTally } from './input-tally.ts';
import type { RecordSink, TargetTopic } from './record-sink.ts';

/** The stage of dead letters from here. */
export const SERVICE_NAME = 'socket-ingestor';

const NO_HEADERS: readonly RecordHeader[] = [];

export interface LineIntakeTopics {
  /** Where the events of this side go. */
  readonly events: TargetTopic;
  readonly deadLetters: TargetTopic;
}

/**
 * Checks each line of a socket and makes its record: an event of its source with its key, or a dead letter with the
 * reason. The record's value is a range of the buffer that was read, byte for byte what the sender wrote behind its
 * syslog head; a dead letter keeps the head as well.
 */
export class LineIntake implements LineSink {
  /** Milliseconds since the epoch at which the lines that come now have arrived. */
  arrivalMs = 0;
  readonly tally = emptyTally();
  readonly #reader: EventReader;
  readonly #topics: LineIntakeTopics;
  readonly #queue: RecordSink;
  readonly #target: RecordHeader;
  #nextDeadLetterPartition = 0;

  constructor(rules: SourceRules, topics: LineIntakeTopics, queue: RecordSink) {
    this.#reader = new EventReader(rules);
    this.#topics = topics;
    this.#queue = queue;
    this.#target = { name: HEADERS.sourceTopic, value: Buffer.from(topics.events.name) };
  }

  line(bytes: Buffer, start: number, end: number): void {
    this.tally.lines++;
    this.tally.bytes += end - start;
    const from = payloadStart(bytes, start, end);
    const rejection = this.#reader.read(bytes, from, end, this.arrivalMs);
    if (rejection !== null) {
      this.#refuse(rejection, bytes.subarray(start, end));
      return;
    }
    if (this.#reader.futureTimestamp) this.tally.futureTimestamps++;
    const key = Buffer.from(this.#reader.key, 'latin1');
    this.#queue.add(this.#topics.events, partitionOf(key, this.#topics.events.partitions), {
      key,
      value: bytes.subarray(from, end),
      headers: NO_HEADERS,
      timestampMs: this.arrivalMs,
    });
  }

  oversized(line: OversizedLine): void {
    this.tally.lines++;
    this.tally.bytes += line.lengthBytes;
    const rejection = reject(
      'line_too_long',
      `a line of ${line.lengthBytes} bytes is over the limit of ${LIMITS.sourceLineBytes}`,
    );
    this.#refuse(rejection, line.preview, line);
  }

  /** The end of a datagram that did not fit; `bytes` is what came of the line that was cut off. */
  truncated(bytes: Buffer, originalLength: number, keptLength: number): void {
    this.tally.lines++;
    this.tally.bytes += bytes.length;
    const message = `a datagram of ${originalLength} bytes was cut off after ${keptLength}`;
    this.#refuse(reject('datagram_truncated', message), bytes);
  }

  #refuse(rejection: Rejection, value: Buffer, original?: OversizedLine): void {
    const { deadLetters } = this.tally;
    deadLetters.set(rejection.reason, (deadLetters.get(rejection.reason) ?? 0) + 1);
    const letter = { stage: SERVICE_NAME, rejection, key: null, value, arrivalMs: this.arrivalMs };
    const record = deadLetterRecord(original === undefined ? letter : { ...letter, original });
    // The topic that the line would have gone to, so that a replay knows its source; it never had an offset there.
    const withTarget = { ...record, headers: [...record.headers, this.#target] };
    const partition = this.#nextDeadLetterPartition;
    this.#nextDeadLetterPartition = (partition + 1) % this.#topics.deadLetters.partitions;
    this.#queue.add(this.#topics.deadLetters, partition, withTarget);
  }
}
