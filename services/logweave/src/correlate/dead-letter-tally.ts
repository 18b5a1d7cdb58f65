import type { DeadLetterReason } from '@logweave/model';

/** How many lines per reason are named. */
const NAMED_LINES = 5;

export interface DeadLetterCount {
  count: number;
  /** The first few. */
  readonly lines: number[];
}

/** Which lines of an input were no events, and why. */
export class DeadLetterTally {
  total = 0;
  readonly byReason = new Map<DeadLetterReason, DeadLetterCount>();

  note(reason: DeadLetterReason, line: number): void {
    this.total++;
    let entry = this.byReason.get(reason);
    if (entry === undefined) {
      entry = { count: 0, lines: [] };
      this.byReason.set(reason, entry);
    }
    entry.count++;
    if (entry.lines.length < NAMED_LINES) entry.lines.push(line);
  }
}
