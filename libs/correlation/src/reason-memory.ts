import type { KeyState } from './key-state.ts';
import { hashOfPacked } from './key-hash.ts';

const INITIAL_ENTRIES = 1024;
/** Times of one entry: the highest that left of A and of B, and of either the highest that left matched. */
const TIMES = 4;

/**
 * Which keys left not long ago, for the reasons of orphans: per key and side the highest event time that left, and that
 * left matched. Two generations, each a span of event time long; the older is dropped whole, so that forgetting costs
 * nothing per key. What is remembered longer than the span is told apart by its time, where it is used.
 */
export class ReasonMemory {
  readonly #spanNs: number;
  #young = new Generation();
  #old = new Generation();
  #sinceMs = Number.NEGATIVE_INFINITY;
  #sinceNs = 0;

  constructor(spanNs: number) {
    this.#spanNs = spanNs;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Keeps what a key knows of its events that left, at the moment `ms, ns` at which the key itself goes. */
  keep(key: KeyState, ms: number, ns: number): void {
    if (this.#spanNs === 0) return;
    if ((ms - this.#sinceMs) * 1e6 + (ns - this.#sinceNs) > this.#spanNs) {
      this.#old = this.#young;
      this.#young = new Generation();
      this.#sinceMs = ms;
      this.#sinceNs = ns;
    }
    this.#young.put(key);
  }

  /** Tells a key what is remembered of its earlier life. */
  recall(key: KeyState): void {
    this.#young.recall(key);
    this.#old.recall(key);
  }

  clear(): void {
    this.#young = new Generation();
    this.#old = new Generation();
    this.#sinceMs = Number.NEGATIVE_INFINITY;
  }
}

/** Entries in dense arrays, found by open addressing for packed keys and by a Map for the others. */
class Generation {
  size = 0;
  /** Entry + 1 of the packed key that hashes here; 0 is free. */
  #slots = new Int32Array(INITIAL_ENTRIES * 2);
  #packed = new Float64Array(INITIAL_ENTRIES);
  #ms = new Float64Array(INITIAL_ENTRIES * TIMES);
  #ns = new Int32Array(INITIAL_ENTRIES * TIMES);
  readonly #texts = new Map<string, number>();

  put(key: KeyState): void {
    let entry = this.#find(key);
    if (entry < 0) entry = this.#add(key);
    else this.#mergeInto(key, entry);
    const at = entry * TIMES;
    const left = key.departures;
    this.#ms[at] = left.aMs;
    this.#ns[at] = left.aNs;
    this.#ms[at + 1] = left.bMs;
    this.#ns[at + 1] = left.bNs;
    this.#ms[at + 2] = left.matchedAMs;
    this.#ns[at + 2] = left.matchedANs;
    this.#ms[at + 3] = left.matchedBMs;
    this.#ns[at + 3] = left.matchedBNs;
  }

  recall(key: KeyState): void {
    if (this.size === 0) return;
    const entry = this.#find(key);
    if (entry >= 0) this.#mergeInto(key, entry);
  }

  #mergeInto(key: KeyState, entry: number): void {
    const at = entry * TIMES;
    key.noteTimeLeft(0, this.#ms[at] as number, this.#ns[at] as number, false);
    key.noteTimeLeft(1, this.#ms[at + 1] as number, this.#ns[at + 1] as number, false);
    key.noteTimeLeft(0, this.#ms[at + 2] as number, this.#ns[at + 2] as number, true);
    key.noteTimeLeft(1, this.#ms[at + 3] as number, this.#ns[at + 3] as number, true);
  }

  #find(key: KeyState): number {
    if (key.text !== null) return this.#texts.get(key.text) ?? -1;
    const mask = this.#slots.length - 1;
    for (let slot = key.hash & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0 || this.#packed[entry] === key.packed) return entry;
    }
  }

  #add(key: KeyState): number {
    if (this.size === this.#packed.length) this.#grow();
    const entry = this.size++;
    this.#packed[entry] = key.packed;
    if (key.text === null) this.#place(entry, key.hash);
    else this.#texts.set(key.text, entry);
    return entry;
  }

  #place(entry: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    const entries = this.#packed.length * 2;
    const packed = new Float64Array(entries);
    packed.set(this.#packed);
    this.#packed = packed;
    const ms = new Float64Array(entries * TIMES);
    ms.set(this.#ms);
    this.#ms = ms;
    const ns = new Int32Array(entries * TIMES);
    ns.set(this.#ns);
    this.#ns = ns;
    this.#slots = new Int32Array(entries * 2);
    for (let entry = 0; entry < this.size; entry++) {
      const key = packed[entry] as number;
      if (key !== -1) this.#place(entry, hashOfPacked(key));
    }
  }
}
