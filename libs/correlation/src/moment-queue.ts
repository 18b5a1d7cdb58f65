/** What stands in the queue: something with a moment. */
export interface Timed {
  dueMs: number;
  dueNs: number;
}

/** Sets a moment to `ms, ns` plus a span in nanoseconds. */
export function setMoment(item: Timed, ms: number, ns: number, plusNs: number): void {
  const total = ns + plusNs;
  const carry = Math.floor(total / 1e6);
  item.dueMs = ms + carry;
  item.dueNs = total - carry * 1e6;
}

/** Width of a slot of the wheel. A slot is sorted only when its time has come. */
const SLOT_MS = 8;
/** Slots of the wheel: with their width a horizon of more than four minutes, above the usual life of a connection. */
const SLOTS = 32_768;

/**
 * The moments at which something has to be looked at, in their order. A calendar queue (R. Brown, 1988): a wheel of
 * unsorted slots, a small heap for the slot whose time has come, and a heap for what lies beyond the wheel. Putting in
 * and taking out cost the same however many are held.
 *
 * An entry counts only while its `due` is what it was when it was put in; moving `due` and pushing again replaces it.
 */
export class MomentQueue<T extends Timed> {
  readonly #current = new MomentHeap<T>();
  readonly #far = new MomentHeap<T>();
  readonly #wheel: (T[] | undefined)[] = Array<T[] | undefined>(SLOTS).fill(undefined);
  #wheelCount = 0;
  /** The slot whose entries stand in `#current`, with all before it. */
  #base = Number.NEGATIVE_INFINITY;

  push(item: T): void {
    const slot = Math.floor(item.dueMs / SLOT_MS);
    if (this.#base === Number.NEGATIVE_INFINITY) this.#base = slot;
    if (slot <= this.#base) {
      this.#current.push(item, item.dueMs, item.dueNs);
    } else if (slot < this.#base + SLOTS) {
      this.#putOnWheel(item, slot);
    } else {
      this.#far.push(item, item.dueMs, item.dueNs);
    }
  }

  /** Entries, replaced ones included. */
  get size(): number {
    return this.#current.size + this.#far.size + this.#wheelCount;
  }

  /** Moves on to the first entry whose moment is before the bound; false when there is none. */
  seekBefore(boundMs: number, boundNs: number): boolean {
    for (;;) {
      while (this.#current.size > 0) {
        const item = this.#current.top as T;
        if (item.dueMs === this.#current.topMs && item.dueNs === this.#current.topNs) {
          return (this.#current.topMs - boundMs) * 1e6 + (this.#current.topNs - boundNs) < 0;
        }
        this.#current.pop();
      }
      if (!this.#nextSlot(boundMs)) return false;
    }
  }

  /** The moment found by `seekBefore`. */
  get ms(): number {
    return this.#current.topMs;
  }

  get ns(): number {
    return this.#current.topNs;
  }

  /** Takes every entry of the moment `ms, ns` out; it must be the one that `seekBefore` found. */
  takeAll(ms: number, ns: number, into: T[]): void {
    while (this.#current.size > 0 && this.#current.topMs === ms && this.#current.topNs === ns) {
      const item = this.#current.top as T;
      this.#current.pop();
      if (item.dueMs === ms && item.dueNs === ns) into.push(item);
    }
  }

  /** Opens the next slot that holds something and begins before the bound. */
  #nextSlot(boundMs: number): boolean {
    const lastSlot = Math.floor(boundMs / SLOT_MS);
    if (this.#wheelCount === 0) {
      if (this.#far.size === 0) {
        // Nothing anywhere: what comes next decides where the wheel stands.
        this.#base = Number.NEGATIVE_INFINITY;
        return false;
      }
      const farSlot = Math.floor(this.#far.topMs / SLOT_MS);
      if (farSlot > lastSlot) return false;
      this.#base = farSlot - 1;
      this.#pullFar();
    }
    while (this.#base < lastSlot) {
      this.#base++;
      if (this.#far.size > 0) this.#pullFar();
      const place = positiveModulo(this.#base);
      const items = this.#wheel[place];
      if (items === undefined) continue;
      this.#wheel[place] = undefined;
      this.#wheelCount -= items.length;
      for (const item of items) {
        if (Math.floor(item.dueMs / SLOT_MS) === this.#base) this.#current.push(item, item.dueMs, item.dueNs);
      }
      return true;
    }
    return false;
  }

  #pullFar(): void {
    const end = this.#base + SLOTS;
    while (this.#far.size > 0) {
      const slot = Math.floor(this.#far.topMs / SLOT_MS);
      if (slot >= end) return;
      const item = this.#far.top as T;
      const counts = item.dueMs === this.#far.topMs && item.dueNs === this.#far.topNs;
      this.#far.pop();
      if (!counts) continue;
      if (slot <= this.#base) this.#current.push(item, item.dueMs, item.dueNs);
      else this.#putOnWheel(item, slot);
    }
  }

  #putOnWheel(item: T, slot: number): void {
    const place = positiveModulo(slot);
    const items = this.#wheel[place];
    if (items === undefined) this.#wheel[place] = [item];
    else items.push(item);
    this.#wheelCount++;
  }
}

/** Slots are counted beyond 32 bits, so a mask would not do. */
function positiveModulo(slot: number): number {
  return slot - Math.floor(slot / SLOTS) * SLOTS;
}

/** A binary heap by moment; keys are copied, so that an entry that has moved since is recognised. */
class MomentHeap<T> {
  #ms: number[] = [];
  #ns: number[] = [];
  #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  get top(): T | undefined {
    return this.#items[0];
  }

  get topMs(): number {
    return this.#ms[0] as number;
  }

  get topNs(): number {
    return this.#ns[0] as number;
  }

  push(item: T, ms: number, ns: number): void {
    let i = this.#items.length;
    this.#items.push(item);
    this.#ms.push(ms);
    this.#ns.push(ns);
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      const parentMs = this.#ms[parent] as number;
      const parentNs = this.#ns[parent] as number;
      if (parentMs < ms || (parentMs === ms && parentNs <= ns)) break;
      this.#set(i, this.#items[parent] as T, parentMs, parentNs);
      i = parent;
    }
    this.#set(i, item, ms, ns);
  }

  pop(): void {
    const item = this.#items.pop() as T;
    const ms = this.#ms.pop() as number;
    const ns = this.#ns.pop() as number;
    const size = this.#items.length;
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(child + 1, child)) child++;
      const childMs = this.#ms[child] as number;
      const childNs = this.#ns[child] as number;
      if (ms < childMs || (ms === childMs && ns <= childNs)) break;
      this.#set(i, this.#items[child] as T, childMs, childNs);
      i = child;
    }
    this.#set(i, item, ms, ns);
  }

  #before(i: number, j: number): boolean {
    const difference = (this.#ms[i] as number) - (this.#ms[j] as number);
    return difference < 0 || (difference === 0 && (this.#ns[i] as number) < (this.#ns[j] as number));
  }

  #set(i: number, item: T, ms: number, ns: number): void {
    this.#items[i] = item;
    this.#ms[i] = ms;
    this.#ns[i] = ns;
  }
}
