import type { OrphanReason } from '@logweave/model';
import { Correlation } from '../correlation.ts';
import type { HeldEvent, SideIndex } from '../held-event.ts';
import type { OutcomeSink } from '../outcome-sink.ts';
import type { CorrelationRules } from '../rules.ts';

/** Rules with every bound off and both kinds of orphans emitted; spans in milliseconds. */
export function rulesOf(changes: Partial<CorrelationRules> = {}): CorrelationRules {
  const source = { keyFields: ['src_ip', 'src_port'], time: 'event', maxFutureSkewMs: 300_000 } as const;
  return {
    mode: 'one_to_one',
    beforeNs: 100e6,
    afterNs: 100e6,
    skewNs: 10e6,
    networkTtlNs: 120e9,
    latenessNs: 0,
    lateGraceNs: 60e9,
    reasonMemoryNs: 60e9,
    replaySpanNs: null,
    sources: { A: { ...source, side: 'A' }, B: { ...source, side: 'B' } },
    emitOrphans: { A: true, B: true },
    excludeSourceIps: [],
    includeDestPorts: [],
    maxHeldEvents: Number.POSITIVE_INFINITY,
    maxHeldBytes: Number.POSITIVE_INFINITY,
    maxPerKey: Number.POSITIVE_INFINITY,
    overflow: 'pause',
    ...changes,
  };
}

/** An event as the hard cases write it: `A(key)@t`, time in milliseconds, here with its place in its input. */
export interface TestEvent {
  readonly side: SideIndex;
  readonly key: number;
  readonly ms: number;
  readonly offset: number;
  /** Null: no arrival, as offline. */
  readonly arrivalMs: number | null;
}

/** Base of all test times, so that nothing is near the epoch's edge. */
export const BASE_MS = 1_704_110_400_000;

/**
 * Reads `A(0)@0 B(1)@100`; without a key it is 0, `~9` adds an arrival at 9 ms. Offsets count per side from 1.
 * @throws Error on anything else.
 */
export function eventsOf(text: string): TestEvent[] {
  const next: [number, number] = [1, 1];
  return text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const match = /^([AB])(?:\((\d+)\))?@(-?[\d.]+)(?:~([\d.]+))?$/.exec(word);
      if (match === null) throw new Error(`not an event: ${word}`);
      const side = match[1] === 'A' ? 0 : 1;
      return {
        side,
        key: Number(match[2] ?? 0),
        ms: Number(match[3]),
        offset: next[side]++,
        arrivalMs: match[4] === undefined ? null : Number(match[4]),
      };
    });
}

export function lineOf(event: TestEvent): Buffer {
  const ns = BigInt(Math.round((BASE_MS + event.ms) * 1000)) * 1000n;
  const ip = `192.0.${event.key >> 8}.${event.key & 255}`;
  return Buffer.from(`{"src_ip":"${ip}","src_port":443,"timestamp":${ns},"n":${event.offset}}`);
}

/** Writes outcomes down: `A1-B2#0` a pair with its ordinal, `B3:no_partner` an orphan, `B3:outside_window 101` with its distance. */
export class OutcomeLog implements OutcomeSink {
  readonly lines: string[] = [];
  readonly reasons: boolean;
  readonly ordinals: boolean;

  constructor(options: { reasons?: boolean; ordinals?: boolean } = {}) {
    this.reasons = options.reasons ?? true;
    this.ordinals = options.ordinals ?? true;
  }

  pair(a: HeldEvent, b: HeldEvent, ordinal: number): void {
    this.lines.push(`A${a.offset}-B${b.offset}${this.ordinals ? `#${ordinal}` : ''}`);
  }

  orphan(event: HeldEvent, reason: OrphanReason, nearestNs: number): void {
    const distance = nearestNs < 0 ? '' : ` ${nearestNs / 1e6}`;
    this.lines.push(`${event.side === 0 ? 'A' : 'B'}${event.offset}${this.reasons ? `:${reason}${distance}` : ''}`);
  }

  /** What came since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}

export function addTo(engine: Correlation, event: TestEvent): void {
  const line = lineOf(event);
  const arrival = event.arrivalMs === null ? null : BASE_MS + event.arrivalMs;
  const rejection = engine.add(event.side, event.offset, arrival, line, 0, line.length);
  if (rejection !== null) throw new Error(rejection.message);
}

/** Runs events in the given order with the watermark following each, then ends the input. */
export function run(rules: CorrelationRules, events: readonly TestEvent[], log = new OutcomeLog()): string[] {
  const engine = new Correlation(rules, log);
  for (const event of events) {
    addTo(engine, event);
    engine.advance(0);
  }
  engine.end();
  if (engine.heldEvents !== 0 || engine.keyCount !== 0) {
    throw new Error(`after the end ${engine.heldEvents} events and ${engine.keyCount} keys are left`);
  }
  return log.lines;
}
