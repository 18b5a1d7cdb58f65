import type { Side, SourceRules } from '@logweave/model';

export type MatchingMode = 'one_to_one' | 'one_to_many';

/** The rules of the join. Spans are whole nanoseconds of event time, each at most 104 days. */
export interface CorrelationRules {
  readonly mode: MatchingMode;
  /** How much earlier and later than its A a B may be, inclusive. */
  readonly beforeNs: number;
  readonly afterNs: number;
  /** one_to_many: how much a request may seem to precede its own handshake. */
  readonly skewNs: number;
  /** one_to_many: how long a connection lives after its last request, inclusive. */
  readonly networkTtlNs: number;
  readonly latenessNs: number;
  /** How long an event that was delayed on its way waits for its other half. */
  readonly lateGraceNs: number;
  /** How long it is remembered what left, for the reasons of orphans. */
  readonly reasonMemoryNs: number;
  /** How much event time a successor may have to read again; null: twice the reach, at least 30 s. */
  readonly replaySpanNs: number | null;
  readonly sources: Readonly<Record<Side, SourceRules>>;
  /** Whether an orphan of a side is emitted or suppressed. */
  readonly emitOrphans: Readonly<Record<Side, boolean>>;
  /** Addresses and CIDR whose events are left out. */
  readonly excludeSourceIps: readonly string[];
  /** Destination ports whose events are taken; empty: all. */
  readonly includeDestPorts: readonly number[];
  /** Bounds of one task. */
  readonly maxHeldEvents: number;
  readonly maxHeldBytes: number;
  readonly maxPerKey: number;
  readonly overflow: 'pause' | 'evict_oldest';
}

/** How far an event reaches: what is older than this before the watermark, and decided, matters to nobody. */
export function reachNs(rules: CorrelationRules): number {
  return rules.mode === 'one_to_one'
    ? Math.max(rules.beforeNs, rules.afterNs)
    : Math.max(rules.networkTtlNs + rules.skewNs, rules.afterNs);
}
