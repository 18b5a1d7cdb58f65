import type { OrphanReason } from '@logweave/model';
import type { HeldEvent, SideIndex } from './held-event.ts';
import type { KeyState } from './key-state.ts';

/** What a matcher needs of the engine around it. */
export interface MatchHost {
  /** Puts the event into the queue of moments at its `due`. */
  push(event: HeldEvent): void;
  /** A pair is decided; in one_to_many the B stays as a connection. */
  matched(a: HeldEvent, b: HeldEvent): void;
  /** An event is decided to be an orphan. */
  orphaned(event: HeldEvent, reason: OrphanReason, nearestNs: number): void;
  /** An event's bytes are no longer needed and it is in none of its key's lists any more. */
  released(event: HeldEvent): void;
  /** Adds to a key what is remembered of its earlier life, for the reason of an orphan. */
  recall(key: KeyState): void;
  /** Whether the input of a side is idle and has shown nothing from `event`'s time plus a span on. */
  silentSince(side: SideIndex, event: HeldEvent, plusNs: number): boolean;
}

/** The rules of one mode of matching, over the events of single keys. */
export interface Matcher {
  /** An event came. */
  insert(event: HeldEvent): void;
  /** The moment `ms, ns` is past for these events, all of them due at it. */
  decide(due: HeldEvent[], ms: number, ns: number): void;
  /** Takes an undecided or kept event out at once, for `evicted`. */
  evict(event: HeldEvent): void;
}
