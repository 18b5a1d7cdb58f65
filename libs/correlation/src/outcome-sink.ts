import type { OrphanReason } from '@logweave/model';
import type { HeldEvent } from './held-event.ts';

/** Takes the outcomes that are emitted, in the order of output. */
export interface OutcomeSink {
  /** `ordinal`: how many requests the connection had before this one (one_to_many). */
  pair(a: HeldEvent, b: HeldEvent, ordinal: number): void;
  /** `nearestNs`: the distance that `outside_window` tells, else -1. */
  orphan(event: HeldEvent, reason: OrphanReason, nearestNs: number): void;
}
