import type { LoadedParser } from './loaded-parser.ts';
import { isFailure, type ParseResult } from './parse-log.ts';

/** What a parser makes of the log that is at hand. */
export type RunParser = (parser: LoadedParser) => ParseResult;

export interface TrialRules {
  /** So many logs are parsed on trial. */
  readonly logs: number;
  /** The share of them on which the new parser may fail where the one before does not. */
  readonly maxFailureRatio: number;
}

export interface Served {
  readonly result: ParseResult;
  /** Of the parser whose result it is. */
  readonly label: string;
}

/**
 * A changed parser proves itself: logs on which it fails go to the one before as well, whose events count then. When it
 * fails too often where the one before does not, the trial is lost, and from then on the one before serves alone: so a
 * bad version loses no log that the good one understands.
 */
export class Trial {
  readonly #rules: TrialRules;
  readonly #candidate: LoadedParser | null;
  readonly #before: LoadedParser;
  #logs = 0;
  #regressions = 0;
  #sample = '';

  /** `candidate` null: it does not even compile, and has lost. */
  constructor(rules: TrialRules, candidate: LoadedParser | null, before: LoadedParser) {
    this.#rules = rules;
    this.#candidate = candidate;
    this.#before = before;
  }

  get state(): 'running' | 'passed' | 'lost' {
    const { logs, maxFailureRatio } = this.#rules;
    if (this.#candidate === null || this.#regressions > maxFailureRatio * logs) return 'lost';
    return this.#logs >= logs ? 'passed' : 'running';
  }

  parse(run: RunParser): Served {
    const candidate = this.#candidate;
    if (candidate === null || this.state === 'lost') return this.#servedBefore(run);
    const result = run(candidate);
    this.#logs++;
    if (result.kind !== 'failed' && result.kind !== 'crashed') return { result, label: candidate.label };
    const instead = this.#servedBefore(run);
    if (isFailure(instead.result)) return { result, label: candidate.label };
    this.#regressions++;
    if (this.#sample === '') this.#sample = result.message;
    return instead;
  }

  /** For people, when it is lost. */
  summary(): { readonly logs: number; readonly failed: number; readonly message: string } {
    const { label } = this.#before;
    const message =
      this.#candidate === null
        ? `does not compile; back to ${label}`
        : `failed on ${this.#regressions} of ${this.#logs} logs that ${label} can parse, first: ${this.#sample}`;
    return { logs: this.#logs, failed: this.#regressions, message };
  }

  #servedBefore(run: RunParser): Served {
    return { result: run(this.#before), label: this.#before.label };
  }
}
