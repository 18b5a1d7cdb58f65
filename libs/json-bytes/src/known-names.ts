import type { FieldTable } from './field-table.ts';
import { decodeJsonString, hashOfName } from './scan-object.ts';

const SLOTS = 256;

/**
 * A small closed set of names that are looked up in every object. `of` answers which one a scanned field is, in a few
 * instructions for the many fields that are none.
 */
export class KnownNames {
  readonly #names: readonly Buffer[];
  readonly #texts: readonly string[];
  readonly #hashes: Int32Array;
  /** By the low bits of the hash: 0 is none, n the name n - 1 where a look begins. */
  readonly #slots = new Uint8Array(SLOTS);

  /** @throws Error when the set is too large for its table. */
  constructor(names: readonly string[]) {
    if (names.length > 100) throw new Error('too many known names');
    this.#texts = names;
    this.#names = names.map((name) => Buffer.from(name, 'utf8'));
    this.#hashes = Int32Array.from(names, hashOfName);
    for (const [i, hash] of this.#hashes.entries()) {
      let slot = hash & (SLOTS - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
      this.#slots[slot] = i + 1;
    }
  }

  /** The index of the field's name in the set, or -1. */
  of(bytes: Uint8Array, table: FieldTable, field: number): number {
    const hash = table.nameHash[field] as number;
    for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const index = (this.#slots[slot] as number) - 1;
      if (index < 0) return -1;
      if (this.#hashes[index] === hash && this.#matches(index, bytes, table, field)) return index;
    }
  }

  #matches(index: number, bytes: Uint8Array, table: FieldTable, field: number): boolean {
    const start = table.nameStart[field] as number;
    const end = table.nameEnd[field] as number;
    if (table.nameEscaped[field] === 1) return decodeJsonString(bytes, start, end) === this.#texts[index];
    const name = this.#names[index] as Buffer;
    if (end - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) {
      if (bytes[start + i] !== name[i]) return false;
    }
    return true;
  }
}
