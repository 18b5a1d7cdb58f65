import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Side } from '@logweave/model';
import { shiftTimestamp, timestampOf } from './shift-timestamps.ts';

/** A line of the sample and when it happened, in nanoseconds. */
export interface SampleEvent {
  readonly side: Side;
  readonly line: string;
  readonly timeNs: bigint;
}

/** What a right join of the sample finds. */
export interface SampleTruth {
  readonly pairs: number;
  readonly orphansA: number;
  readonly orphansB: number;
}

export interface Sample {
  /** Both files in one order, that of event time; of equal times A stands first. */
  readonly events: readonly SampleEvent[];
  readonly truth: SampleTruth;
}

interface TruthFile {
  readonly one_to_many: Readonly<
    Record<string, { readonly pairs: unknown[]; readonly orphans_a: unknown[]; readonly orphans_b: unknown[] }>
  >;
}

/** Reads `http.ndjson`, `network.ndjson` and the truth of `one_to_many`, named such as `window_10s_ttl_120s_sliding`. */
export async function readSample(folder: string, truthName: string): Promise<Sample> {
  const [http, network, truthText] = await Promise.all(
    ['http.ndjson', 'network.ndjson', 'truth.json'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  const truth = (JSON.parse(truthText ?? '') as TruthFile).one_to_many[truthName];
  if (truth === undefined) throw new Error(`truth.json has no one_to_many.${truthName}`);
  const events = [...eventsOf('A', http ?? ''), ...eventsOf('B', network ?? '')];
  events.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
  return {
    events,
    truth: {
      pairs: truth.pairs.length,
      orphansA: truth.orphans_a.length,
      orphansB: truth.orphans_b.length,
    },
  };
}

function eventsOf(side: Side, text: string): SampleEvent[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ side, line, timeNs: timestampOf(line) }));
}

/** The same events, moved so that the last of them happens at that moment. */
export function endingAt(events: readonly SampleEvent[], lastNs: bigint): SampleEvent[] {
  const byNs = lastNs - (events.at(-1)?.timeNs ?? 0n);
  return events.map(({ side, line, timeNs }) => ({ side, line: shiftTimestamp(line, byNs), timeNs: timeNs + byNs }));
}
