import { dottedQuadValue, type EventReader } from '@logweave/model';
import { hashOfPacked } from './key-hash.ts';
import { KeyState } from './key-state.ts';

const INITIAL_SLOTS = 1024;

/**
 * All keys of a task. IPv4 keys, nearly all of them, stand in an open-addressing table by their 48 bits, so that a
 * look-up makes no string; the others stand in a Map by their text.
 */
export class KeyTable {
  /** Packed key + 1; 0 is a free slot. */
  #keys = new Float64Array(INITIAL_SLOTS);
  #states: (KeyState | undefined)[] = Array<KeyState | undefined>(INITIAL_SLOTS).fill(undefined);
  #mask = INITIAL_SLOTS - 1;
  #packedCount = 0;
  readonly #texts = new Map<string, KeyState>();

  get size(): number {
    return this.#packedCount + this.#texts.size;
  }

  findPacked(packed: number): KeyState | undefined {
    const wanted = packed + 1;
    for (let slot = hashOfPacked(packed) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const key = this.#keys[slot];
      if (key === wanted) return this.#states[slot];
      if (key === 0) return undefined;
    }
  }

  findText(text: string): KeyState | undefined {
    return this.#texts.get(text);
  }

  /** The state of the key of an event that was just read; a new one where there is none. */
  ofEvent(reader: EventReader): KeyState {
    if (reader.packedKey >= 0) return this.findPacked(reader.packedKey) ?? this.addPacked(reader.packedKey);
    const text = reader.key;
    return this.findText(text) ?? this.addText(text);
  }

  /** By the text of the key, of whichever kind it is. */
  findKeyText(text: string): KeyState | undefined {
    const packed = packKeyText(text);
    return packed >= 0 ? this.findPacked(packed) : this.findText(text);
  }

  addKeyText(text: string): KeyState {
    const packed = packKeyText(text);
    return packed >= 0 ? this.addPacked(packed) : this.addText(text);
  }

  addPacked(packed: number): KeyState {
    if ((this.#packedCount + 1) * 2 > this.#keys.length) this.#grow();
    const state = new KeyState(packed, null);
    this.#place(state);
    this.#packedCount++;
    return state;
  }

  addText(text: string): KeyState {
    const state = new KeyState(-1, text);
    this.#texts.set(text, state);
    return state;
  }

  delete(state: KeyState): void {
    if (state.text !== null) {
      this.#texts.delete(state.text);
      return;
    }
    const wanted = state.packed + 1;
    let slot = state.hash & this.#mask;
    while (this.#keys[slot] !== wanted) {
      if (this.#keys[slot] === 0) return;
      slot = (slot + 1) & this.#mask;
    }
    this.#packedCount--;
    // Close the gap: move back what a probe from its own slot could no longer reach.
    let hole = slot;
    for (let i = (slot + 1) & this.#mask; this.#keys[i] !== 0; i = (i + 1) & this.#mask) {
      const moved = this.#states[i] as KeyState;
      const home = moved.hash & this.#mask;
      if (((i - home) & this.#mask) >= ((i - hole) & this.#mask)) {
        this.#keys[hole] = this.#keys[i] as number;
        this.#states[hole] = moved;
        hole = i;
      }
    }
    this.#keys[hole] = 0;
    this.#states[hole] = undefined;
  }

  *values(): Generator<KeyState> {
    for (const state of this.#states) if (state !== undefined) yield state;
    yield* this.#texts.values();
  }

  #place(state: KeyState): void {
    let slot = state.hash & this.#mask;
    while (this.#keys[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#keys[slot] = state.packed + 1;
    this.#states[slot] = state;
  }

  #grow(): void {
    const states = this.#states;
    const slots = this.#keys.length * 2;
    this.#keys = new Float64Array(slots);
    this.#states = Array<KeyState | undefined>(slots).fill(undefined);
    this.#mask = slots - 1;
    for (const state of states) if (state !== undefined) this.#place(state);
  }
}

/** The 48 bits of a key text such as `192.0.2.1:443`, or -1 for a longer key. */
function packKeyText(text: string): number {
  const match = /^([0-9.]{7,15}):([0-9]{1,5})$/.exec(text);
  const quad = match === null ? -1 : dottedQuadValue(match[1] as string);
  return quad < 0 ? -1 : quad * 65536 + Number(match?.[2]);
}
