/**
 * What one log may cost. Together they bound its time and memory without a watchdog: a parser that goes beyond one of
 * them fails this log with an error that names the limit, and the next log begins anew.
 */
export interface ParserLimits {
  /** Filters, branches and loop turns that run for one log. */
  readonly statements: number;
  /** Turns of all loops together for one log. */
  readonly loopTurns: number;
  /** Characters that filters read and write for one log, all together. */
  readonly workCharacters: number;
  /** Characters of one token. */
  readonly tokenCharacters: number;
  /** Maps, lists and leaves that filters, copies and outputs make for one log, all together. */
  readonly values: number;
  /** How deep a value may nest that is put out, copied or compared. */
  readonly depth: number;
  /** Events and entities of one log. */
  readonly outputs: number;
}

export const DEFAULT_LIMITS: ParserLimits = {
  statements: 1_000_000,
  loopTurns: 100_000,
  // A second or two of linear scans.
  workCharacters: 256 * 1024 * 1024,
  tokenCharacters: 8 * 1024 * 1024,
  // Some hundred bytes each at most, where they are maps.
  values: 1_000_000,
  depth: 100,
  outputs: 10_000,
};

/** Thrown inside a run when a limit is passed; `on_error` does not catch it. */
export class LimitExceeded extends Error {
  constructor(limit: keyof ParserLimits, allowed: number) {
    super(`limit exceeded: ${limit} is limited to ${allowed} for one log`);
    this.name = 'LimitExceeded';
  }
}
