import type { CorrelationRules, SideIndex } from '@logweave/correlation';
import { SourceFilter } from '@logweave/correlation';
import type { LogRecord, TopicPartition } from '@logweave/event-log';
import { EventReader, LIMITS } from '@logweave/model';
import { mergeInputs } from '../merge-inputs.ts';
import { type AuditedLog, readRange } from '../read-range.ts';
import type { OffsetRange } from '../claims.ts';
import { ReplayEngine } from './replay-engine.ts';
import { TypicalGap } from './typical-gap.ts';
import type { Silence } from './explanation.ts';

/** An event of the key as the inputs have it. */
export interface KeyEvent {
  readonly side: SideIndex;
  readonly offset: number;
  /** Null: it cannot be read, and `problem` says why. */
  readonly time: { readonly ms: number; readonly ns: number } | null;
  readonly arrivalMs: number;
  readonly bytes: Uint8Array;
  readonly problem: { readonly kind: 'dead_letter' | 'filtered'; readonly reason: string } | null;
}

/** More of one key explain nothing to anybody; the first are taken. */
const MOST_EVENTS = 2_000;
/** Silences that are remembered. */
const MOST_SILENCES = 1_000;

const EMPTY = new Uint8Array(0);

/** What one pass over both inputs of a partition tells about a key. */
export class KeyScan {
  readonly events: KeyEvent[] = [];
  readonly silences: Silence[] = [];
  readonly otherPorts: [number, number] = [0, 0];
  readonly typicalGap = new TypicalGap();
  readonly engine: ReplayEngine;
  readonly #key: Buffer;
  /** `address:` of the key. */
  readonly #address: Buffer;
  readonly #readers: readonly [EventReader, EventReader];
  readonly #filter: SourceFilter;
  readonly #idleAfterMs: number;
  readonly #lastMs: [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  constructor(key: string, rules: CorrelationRules, idleAfterMs: number) {
    this.#key = Buffer.from(key);
    const [source = key] = key.split('>');
    this.#address = Buffer.from(source.slice(0, source.lastIndexOf(':') + 1));
    this.#readers = [new EventReader(rules.sources.A), new EventReader(rules.sources.B)];
    this.#filter = new SourceFilter(rules);
    this.#idleAfterMs = idleAfterMs;
    this.engine = new ReplayEngine(rules, idleAfterMs);
  }

  /** Reads the ranges of both inputs in the order of arrival. */
  async read(
    log: AuditedLog,
    inputs: readonly [TopicPartition, TopicPartition],
    ranges: readonly [OffsetRange, OffsetRange],
    progress: (records: number) => void,
  ): Promise<void> {
    await mergeInputs(
      [
        readRange(log, inputs[0], ranges[0].from, ranges[0].next),
        readRange(log, inputs[1], ranges[1].from, ranges[1].next),
      ],
      (side, record) => this.#take(side, record),
      progress,
    );
    for (const side of [0, 1] as const) {
      const fromMs = this.#lastMs[side];
      const endMs = Math.max(...this.#lastMs);
      if (endMs - fromMs > this.#idleAfterMs) this.#silent(side, fromMs, null);
    }
  }

  #take(side: SideIndex, record: LogRecord): void {
    const { offset, timestampMs } = record;
    const last = this.#lastMs[side];
    if (timestampMs - last > this.#idleAfterMs && last !== Number.NEGATIVE_INFINITY)
      this.#silent(side, last, timestampMs);
    if (timestampMs > last) this.#lastMs[side] = timestampMs;
    const value = record.value === null || record.value.length > LIMITS.sourceLineBytes ? EMPTY : record.value;
    const reader = this.#readers[side];
    const rejection = reader.read(value, 0, value.length, timestampMs);
    const key = Buffer.from(record.key ?? EMPTY);
    const own = key.equals(this.#key);
    if (!own && key.subarray(0, this.#address.length).equals(this.#address)) this.otherPorts[side]++;
    if (rejection === null) {
      if (!own) this.typicalGap.observe(side, key.toString('latin1'), reader.ms, timestampMs);
      this.engine.take(side, offset, timestampMs, own ? Buffer.from(value) : value, reader, own);
    }
    if (!own || this.events.length >= MOST_EVENTS) return;
    const filtered = rejection === null ? this.#filter.test(reader, value) : null;
    this.events.push({
      side,
      offset,
      time: rejection === null ? { ms: reader.ms, ns: reader.ns } : null,
      arrivalMs: timestampMs,
      // The log's own bytes live as long as their batch.
      bytes: Buffer.from(value),
      problem:
        rejection !== null
          ? { kind: 'dead_letter', reason: `${rejection.reason}: ${rejection.message}` }
          : filtered !== null
            ? { kind: 'filtered', reason: filtered }
            : null,
    });
  }

  #silent(side: SideIndex, fromMs: number, toMs: number | null): void {
    if (this.silences.length >= MOST_SILENCES) this.silences.shift();
    this.silences.push({ side: side === 0 ? 'A' : 'B', fromMs, toMs });
  }
}
