import type { CorrelationRules } from '@logweave/correlation';

/** Where the range of an audit begins; positions by partition, the beginning of the topic where there is none. */
export interface RangeStart {
  readonly http: ReadonlyMap<number, number>;
  readonly network: ReadonlyMap<number, number>;
  /** Source logs that arrived earlier are left out; milliseconds since the epoch, null: all. */
  readonly sinceMs: number | null;
}

/** What is audited, and by which rules its outcomes are derived anew. */
export interface AuditPlan {
  /** Full names. */
  readonly topics: {
    readonly http: string;
    readonly network: string;
    readonly correlated: string;
    readonly state: string;
    readonly deadLetter: string;
  };
  /** The correlator's: what it has committed says what is still pending. */
  readonly group: string;
  readonly rules: CorrelationRules;
  /** `emit`: a graceful stop decided what was pending, so that events on either side of it need not have met. */
  readonly onStop: 'emit' | 'keep';
  readonly start: RangeStart;
}
