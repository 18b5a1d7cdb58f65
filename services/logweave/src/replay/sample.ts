import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CorrelationRules } from '@logweave/correlation';
import type { Side } from '@logweave/model';
import { outcomeOf } from './outcome.ts';
import { shiftTimestamp, timestampOf } from './shift-timestamps.ts';

/** A line of the sample and when it happened, in nanoseconds. */
export interface SampleEvent {
  readonly side: Side;
  readonly line: string;
  readonly timeNs: bigint;
}

export interface Sample {
  /** Both files in one order, that of event time; of equal times A stands first. */
  readonly events: readonly SampleEvent[];
  /** What a right join makes of them: one outcome for each pair and each orphan, as `outcomeOf` writes it, sorted. */
  readonly outcomes: readonly string[];
}

/** The rules that a truth is of: the mode, and a name of truth.json, as `window_10s_ttl_120s_sliding`. */
export interface TruthName {
  readonly mode: CorrelationRules['mode'];
  readonly rules: string;
}

interface Truth {
  readonly pairs: readonly (readonly [number, number])[];
  readonly orphans_a: readonly number[];
  readonly orphans_b: readonly number[];
}

type TruthFile = Readonly<Record<CorrelationRules['mode'], Readonly<Record<string, Truth>>>>;

/**
 * Reads `http.ndjson`, `network.ndjson` and their truth of these rules, and moves all of it in time by `shiftNs`, which
 * is told the time of the last event.
 */
export async function readSample(
  folder: string,
  { mode, rules }: TruthName,
  shiftNs: (lastNs: bigint) => bigint,
): Promise<Sample> {
  const [http = '', network = '', truthText = ''] = await Promise.all(
    ['http.ndjson', 'network.ndjson', 'truth.json'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  const truth = (JSON.parse(truthText) as TruthFile)[mode][rules];
  if (truth === undefined) throw new Error(`truth.json has no ${mode}.${rules}`);
  const unmovedA = linesOf(http);
  const unmovedB = linesOf(network);
  const lastNs = [...unmovedA, ...unmovedB].map(timestampOf).reduce((a, b) => (a > b ? a : b));
  const byNs = shiftNs(lastNs);
  const a = unmovedA.map((line) => eventOf('A', shiftTimestamp(line, byNs)));
  const b = unmovedB.map((line) => eventOf('B', shiftTimestamp(line, byNs)));
  const outcomes = [
    ...truth.pairs.map(([i, j]) => outcomeOf(a[i - 1] ?? null, b[j - 1] ?? null)),
    ...truth.orphans_a.map((i) => outcomeOf(a[i - 1] ?? null, null)),
    ...truth.orphans_b.map((j) => outcomeOf(null, b[j - 1] ?? null)),
  ];
  return { events: [...a, ...b].sort(byTime), outcomes: outcomes.sort() };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function eventOf(side: Side, line: string): SampleEvent {
  return { side, line, timeNs: timestampOf(line) };
}

function byTime(a: SampleEvent, b: SampleEvent): number {
  return a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0;
}
