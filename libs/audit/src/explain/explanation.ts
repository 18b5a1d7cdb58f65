import type { OrphanReason, Side } from '@logweave/model';

/** What became of an event, or would. */
export type ExplainedOutcome =
  | { readonly kind: 'matched'; readonly partner: number }
  | { readonly kind: 'orphan'; readonly reason: OrphanReason | null; readonly nearestMs: number | null }
  | { readonly kind: 'filtered'; readonly reason: string }
  | { readonly kind: 'dead_letter'; readonly reason: string };

/** One event of the key. */
export interface ExplainedEvent {
  readonly side: Side;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Event time: milliseconds since the epoch and nanoseconds above; null where it cannot be read. */
  readonly ms: number | null;
  readonly ns: number;
  readonly arrivalMs: number;
  /** What the topics say: its records, with their offsets in the result topic; empty: nothing. */
  readonly recorded: readonly { readonly outcome: ExplainedOutcome; readonly result: number | null }[];
  /** What the engine says when the topics are played to it again; for a B that served several: the first. */
  readonly replayed: ExplainedOutcome | null;
  /** The moment of event time at which the rules decide it, in milliseconds since the epoch; null: not yet known. */
  readonly decidedMs: number | null;
  /** How long after its event time it arrived. */
  readonly delayMs: number;
}

/** A time in which a source sent nothing at all to this partition. */
export interface Silence {
  readonly side: Side;
  readonly fromMs: number;
  /** Null: it goes on. */
  readonly toMs: number | null;
}

export interface Explanation {
  readonly key: string;
  readonly partition: number;
  /** By event time. */
  readonly events: readonly ExplainedEvent[];
  /** Where no watermark is known: null. */
  readonly watermarkMs: number | null;
  /** How much later than its request a network event is as a rule, over other keys; null: too few. */
  readonly typicalGapMs: number | null;
  readonly typicalOver: number;
  readonly silences: readonly Silence[];
  /** Events of the same source address with other ports, of each side. */
  readonly otherPorts: { readonly A: number; readonly B: number };
  /** Sentences: what can be done, or why all is well. */
  readonly advice: readonly string[];
}
