import type { DeadLetterReason } from '@logweave/model';
import type { IngestorMetrics } from './metrics.ts';

/** What lines of one input have come to since the last look. */
export interface InputTally {
  lines: number;
  bytes: number;
  futureTimestamps: number;
  readonly deadLetters: Map<DeadLetterReason, number>;
}

export function emptyTally(): InputTally {
  return { lines: 0, bytes: 0, futureTimestamps: 0, deadLetters: new Map() };
}

/** Moves what one chunk has counted to the metrics: once a chunk, as counters are too slow for once a line. */
export function settleTally(tally: InputTally, socket: string, metrics: IngestorMetrics): void {
  if (tally.lines > 0) {
    metrics.lines.inc({ socket }, tally.lines);
    metrics.bytes.inc({ socket }, tally.bytes);
    if (tally.futureTimestamps > 0) metrics.futureTimestamps.inc({ socket }, tally.futureTimestamps);
    for (const [reason, count] of tally.deadLetters) metrics.deadLetters.inc({ socket, reason }, count);
  }
  clearTally(tally);
}

export function clearTally(tally: InputTally): void {
  tally.lines = 0;
  tally.bytes = 0;
  tally.futureTimestamps = 0;
  tally.deadLetters.clear();
}
