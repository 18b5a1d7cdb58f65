import { type EventLog, partitionOf, type Producer, type ProducerRecord } from '@logweave/event-log';
import type { Side } from '@logweave/model';
import { systemClock } from '@logweave/service-kit';
import { type InputTopics, PARTITIONS } from './arena.ts';
import { eventText } from './event-text.ts';

/** Of every 100 keys: what has no other half, and what has a second request within the window. */
const LONE_HTTP = 5;
const LONE_NETWORK = 5;
const REPEATED = 2;
/** Between the keys of an input. */
const STEP_NS = 50_000n;
const HANDSHAKE_NS = 5_000_000n;
const REPEAT_NS = 400_000_000n;
/** Of events that only move time. */
const CLOSING_KEY = 3_000_000;
/** What one append holds at most. */
const APPEND_LINES = 10_000;

/** An event of the input, as the check of the results knows it. */
export interface InputEvent {
  readonly side: Side;
  readonly key: string;
  readonly ns: bigint;
}

/** What becomes a record of an input topic. Its timestamp is the event's own time, in milliseconds. */
export interface InputLine extends InputEvent {
  readonly text: string;
}

/** One event of a key. */
export function makeLine(i: number, side: Side, ns: bigint): InputLine {
  return { side, key: keyOf(i), ns, text: eventText(i, side, ns) };
}

/**
 * Keys one after the other, some 450 bytes an event: most are a handshake and its request 5 ms later, some are one of the
 * two alone, and some have a second request within the window.
 */
export function makeLines(keys: number, baseNs: bigint): InputLine[] {
  const lines: InputLine[] = [];
  const add = (i: number, side: Side, ns: bigint): void => void lines.push(makeLine(i, side, ns));
  for (let i = 0; i < keys; i++) {
    const ns = baseNs + BigInt(i) * STEP_NS;
    const kind = i % 100;
    if (kind >= LONE_HTTP) add(i, 'B', ns - HANDSHAKE_NS);
    if (kind < LONE_HTTP || kind >= LONE_HTTP + LONE_NETWORK) add(i, 'A', ns);
    if (kind >= 100 - REPEATED) add(i, 'A', ns + REPEAT_NS);
  }
  return lines.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
}

/** Appends lines to the partitions of their keys. */
export class LineWriter {
  readonly #producer: Producer;
  readonly #input: InputTopics;

  private constructor(producer: Producer, input: InputTopics) {
    this.#producer = producer;
    this.#input = input;
  }

  static async open(log: EventLog, input: InputTopics): Promise<LineWriter> {
    return new LineWriter(await log.producer(), input);
  }

  async write(lines: readonly InputLine[]): Promise<void> {
    for (let from = 0; from < lines.length; from += APPEND_LINES) {
      const batches = new Map<string, { topic: string; partition: number; records: ProducerRecord[] }>();
      for (const { side, key, ns, text } of lines.slice(from, from + APPEND_LINES)) {
        const bytes = Buffer.from(key);
        const topic = side === 'A' ? this.#input.http : this.#input.network;
        const partition = partitionOf(bytes, PARTITIONS);
        const place = `${topic}/${partition}`;
        const batch = batches.get(place) ?? { topic, partition, records: [] };
        batches.set(place, batch);
        const timestampMs = Number(ns / 1_000_000n);
        batch.records.push({ key: bytes, value: Buffer.from(text), headers: [], timestampMs });
      }
      await this.#producer.append([...batches.values()]);
    }
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }
}

/**
 * Lets event time go on in every partition, ten seconds at a time, so that windows close: a join that has no clock of its
 * own writes an orphan only when a later event comes, and Kafka Streams looks for them once a second at most.
 */
export async function closeWindows(log: EventLog, input: InputTopics): Promise<void> {
  const writer = await LineWriter.open(log, input);
  const nowNs = BigInt(Math.round(systemClock.wallMs())) * 1_000_000n;
  const keys = Array.from({ length: 16 * PARTITIONS }, (_, i) => CLOSING_KEY + i);
  for (let i = 0n; i < 4n; i++) {
    const ns = nowNs + i * 10_000_000_000n;
    await writer.write(keys.flatMap((key) => [makeLine(key, 'B', ns), makeLine(key, 'A', ns)]));
    await systemClock.sleep(1_500);
  }
  await writer.close();
}

/** As `engine-input.ts` makes its events. */
function keyOf(i: number): string {
  return `${11 + (i & 63)}.${(i >> 6) & 255}.${(i >> 14) & 255}.7:${1024 + (i % 60000)}`;
}
