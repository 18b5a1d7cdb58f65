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
  const { a, b } = moveEvents(http, network, (_firstNs, lastNs) => shiftNs(lastNs));
  const outcomes = [
    ...truth.pairs.map(([i, j]) => outcomeOf(a[i - 1] ?? null, b[j - 1] ?? null)),
    ...truth.orphans_a.map((i) => outcomeOf(a[i - 1] ?? null, null)),
    ...truth.orphans_b.map((j) => outcomeOf(null, b[j - 1] ?? null)),
  ];
  return { events: inOrder(a, b), outcomes: outcomes.sort() };
}

/**
 * The lines of both files in one order, that of event time.
 * @param shiftNs by how much all of them are moved, from the times of the first and the last event
 * @throws Error naming the file and the line that has no time
 */
export async function readEvents(
  files: { readonly http: string; readonly network: string },
  shiftNs: (firstNs: bigint) => bigint,
): Promise<readonly SampleEvent[]> {
  const [http, network] = await Promise.all([readFile(files.http, 'utf8'), readFile(files.network, 'utf8')]);
  const { a, b } = moveEvents(http, network, shiftNs, files);
  return inOrder(a, b);
}

function moveEvents(
  http: string,
  network: string,
  shiftNs: (firstNs: bigint, lastNs: bigint) => bigint,
  names: { readonly http: string; readonly network: string } = { http: 'http.ndjson', network: 'network.ndjson' },
): { readonly a: readonly SampleEvent[]; readonly b: readonly SampleEvent[] } {
  const lines = [linesOf(http), linesOf(network)] as const;
  const times = [lines[0].map(timeIn(names.http)), lines[1].map(timeIn(names.network))].flat();
  const firstNs = times.reduce((x, y) => (x < y ? x : y), times[0] ?? 0n);
  const lastNs = times.reduce((x, y) => (x > y ? x : y), 0n);
  const byNs = shiftNs(firstNs, lastNs);
  const moved = (side: Side, of: readonly string[]) => of.map((line) => eventOf(side, shiftTimestamp(line, byNs)));
  return { a: moved('A', lines[0]), b: moved('B', lines[1]) };
}

function timeIn(file: string): (line: string, index: number) => bigint {
  return (line, index) => {
    try {
      return timestampOf(line);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${file}:${index + 1}: ${why}`, { cause: error });
    }
  };
}

function inOrder(a: readonly SampleEvent[], b: readonly SampleEvent[]): SampleEvent[] {
  return [...a, ...b].sort(byTime);
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
