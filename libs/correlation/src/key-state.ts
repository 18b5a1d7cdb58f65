import { hashOfPacked } from './key-hash.ts';
import { Departures, NO_DEPARTURES } from './departures.ts';
import { Connection, compareEvents, type HeldEvent, type SideIndex } from './held-event.ts';

const NONE: HeldEvent[] = [];

/**
 * Everything that a task knows of one correlation key. `a` and `b` are sorted by time and offset. In one_to_one both
 * hold the undecided; in one_to_many `a` holds the undecided and `b` the connections, ended ones included.
 */
export class KeyState {
  /** 48 bits of IPv4 address and port, or -1 when `text` is the key. */
  readonly packed: number;
  /** Of `packed`, or 0. */
  readonly hash: number;
  readonly text: string | null;
  a: HeldEvent[] = NONE;
  b: HeldEvent[] = NONE;

  /** When it is looked at for being clean, and then for being forgotten. */
  dueMs = 0;
  dueNs = 0;
  /** Highest event time. */
  highMs = Number.NEGATIVE_INFINITY;
  highNs = 0;
  /** Not clean: it stands in the queue of keys that recovery needs. */
  dirty = false;
  /** It stands in the queue of moments. */
  scheduled = false;
  /** Its reach is over; it becomes clean when the last event leaves. */
  overdue = false;
  /** There is a live record of it in the state topic. */
  recorded = false;
  /** It was met while the state of a predecessor was rebuilt. */
  rebuilt = false;
  /** How many delayed events wait in `a`. */
  delayedCount = 0;

  /** Next positions of both inputs just before it stopped being clean. */
  positionA = 0;
  positionB = 0;
  /** The watermark and the bytes read when it got these positions. */
  sinceMs = 0;
  sinceBytes = 0;
  previous: KeyState | null = null;
  next: KeyState | null = null;

  /** What has left, for reasons. Most keys that wait have nothing yet, and a million of them may wait. */
  #departures: Departures | null = null;

  constructor(packed: number, text: string | null) {
    this.packed = packed;
    this.hash = packed < 0 ? 0 : hashOfPacked(packed);
    this.text = text;
  }

  get empty(): boolean {
    return this.a.length === 0 && this.b.length === 0;
  }

  of(side: SideIndex): HeldEvent[] {
    return side === 0 ? this.a : this.b;
  }

  insert(event: HeldEvent): void {
    const list = this.of(event.side);
    if (list === NONE) {
      // A literal has room for one, an array that grew for seventeen; nearly all have one.
      if (event.side === 0) this.a = [event];
      else this.b = [event];
      return;
    }
    const last = list[list.length - 1];
    if (last === undefined || compareEvents(last, event) <= 0) list.push(event);
    else list.splice(placeOf(list, event), 0, event);
  }

  /** Takes an event out; answers the place where it stood. */
  remove(event: HeldEvent): number {
    const list = this.of(event.side);
    if (list.length === 1) {
      if (list[0] !== event) throw new Error('an event is not where its key has it');
      if (event.side === 0) this.a = NONE;
      else this.b = NONE;
      return 0;
    }
    const place = placeOf(list, event);
    if (list[place] !== event) throw new Error('an event is not where its key has it');
    if (place === list.length - 1) list.pop();
    else if (place === 0) list.shift();
    else list.splice(place, 1);
    return place;
  }

  /** Remembers an event that leaves; of a connection its last request counts, since that is when it was seen last. */
  noteLeft(event: HeldEvent, matched: boolean): void {
    const ms = event instanceof Connection ? event.lastMs : event.ms;
    const ns = event instanceof Connection ? event.lastNs : event.ns;
    this.noteTimeLeft(event.side, ms, ns, matched);
  }

  noteTimeLeft(side: SideIndex, ms: number, ns: number, matched: boolean): void {
    this.#departures ??= new Departures();
    this.#departures.note(side, ms, ns, matched);
  }

  get departures(): Readonly<Departures> {
    return this.#departures ?? NO_DEPARTURES;
  }
}

/** The first place whose event is not before the given one. */
export function placeOf(list: readonly HeldEvent[], event: HeldEvent): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareEvents(list[middle] as HeldEvent, event) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first place whose event's time is not before `ms, ns` plus a span. */
export function placeOfTime(list: readonly HeldEvent[], ms: number, ns: number, plusNs: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const event = list[middle] as HeldEvent;
    if ((event.ms - ms) * 1e6 + (event.ns - ns) < plusNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
