import type { EventTime, OrphanReason } from '@logweave/model';
import type { KeyState } from './key-state.ts';
import { setMoment } from './moment-queue.ts';

/** Side as the engine counts: 0 is A (HTTP), 1 is B (network). */
export type SideIndex = 0 | 1;

/** How an event is late. `delayed`: on its way, so that its other half may come late too; `logged`: by its source. */
export const LATE = { no: 0, logged: 1, delayed: 2 } as const;
export type Lateness = (typeof LATE)[keyof typeof LATE];

/** An event that the task holds. Mutable: it belongs to the engine. */
export class HeldEvent {
  readonly side: SideIndex;
  readonly key: KeyState;
  /** Event time. */
  readonly ms: number;
  readonly ns: number;
  readonly offset: number;
  /** The record's timestamp; 0 where there is none. */
  readonly arrivalMs: number;
  /** Where its bytes stand. */
  bytes: Buffer;
  readonly start: number;
  end: number;

  /** The moment at which it is looked at next. */
  dueMs = 0;
  dueNs = 0;
  /** It has its outcome; a connection gets it with its first request. */
  decided = false;
  /** It is in none of its key's lists any more. */
  released = false;
  late: Lateness = LATE.no;
  /** Its window had ended when it came. */
  windowMissed = false;
  /** The watermark at which it came, or that of the checkpoint it was loaded from: no moment of it counts as earlier. */
  floor: EventTime | null = null;

  /** The outcome, between decision and emission. */
  partner: HeldEvent | null = null;
  ordinal = 0;
  reason: OrphanReason | null = null;
  nearestNs = -1;

  constructor(
    side: SideIndex,
    key: KeyState,
    ms: number,
    ns: number,
    offset: number,
    arrivalMs: number,
    bytes: Buffer,
    start: number,
    end: number,
  ) {
    this.side = side;
    this.key = key;
    this.ms = ms;
    this.ns = ns;
    this.offset = offset;
    this.arrivalMs = arrivalMs;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}

/** A network event of one_to_many: it opens a connection. */
export class Connection extends HeldEvent {
  /** Its last request, at first its beginning. */
  lastMs: number = this.ms;
  lastNs: number = this.ns;
  requests = 0;
  /** It has left as an orphan and serves nobody any more. */
  left = false;
  /** Its own moment, tB, is past. */
  opened = false;
  /** Its time is over; it goes when the older ones of its key are gone. */
  expired = false;
  /** `late_grace` after the last decision of a late event of it; it is kept that long. */
  kept: EventTime | null = null;
}

/** The moment `ms, ns` plus a span. */
export function momentAfter(ms: number, ns: number, spanNs: number): EventTime {
  const total = ns + spanNs;
  const carry = Math.floor(total / 1e6);
  return { ms: ms + carry, ns: total - carry * 1e6 };
}

/** `a - b` in nanoseconds: right in sign always, exact up to 104 days. */
export function gapNs(a: { ms: number; ns: number }, b: { ms: number; ns: number }): number {
  return (a.ms - b.ms) * 1e6 + (a.ns - b.ns);
}

/** The order of events of one side: time, then offset. */
export function compareEvents(a: HeldEvent, b: HeldEvent): number {
  return (a.ms - b.ms) * 1e6 + (a.ns - b.ns) || a.offset - b.offset;
}

/** Sets the next moment to `ms, ns` plus a span, but never before the event's floor. */
export function setDue(event: HeldEvent, ms: number, ns: number, plusNs: number): void {
  setMoment(event, ms, ns, plusNs);
  if (event.floor !== null) raiseDue(event, event.floor);
}

/** Moves the next moment on to a floor where it lies before it. */
export function raiseDue(event: HeldEvent, floor: EventTime): void {
  if ((event.dueMs - floor.ms) * 1e6 + (event.dueNs - floor.ns) >= 0) return;
  event.dueMs = floor.ms;
  event.dueNs = floor.ns;
}
