import { sameName } from '@logweave/json-bytes';
import type { RecordSource } from './record-source.ts';

/** At least twice the fields of the largest source. */
const SLOTS = 2048;
/** A slot holds `generation * 1024 + field`, so that a new record needs no clearing; no source has 1,024 fields. */
const MAX_GENERATION = 2_000_000;

/** Finds the fields that both sources of a pair carry alike, without making texts of names. */
export class SharedFields {
  /** For each field of B that is not under a name of the record: 1 when A has it too, with the same bytes. */
  readonly ofB = new Uint8Array(SLOTS);
  /** Open addressing over the names of B. */
  readonly #slots = new Int32Array(SLOTS);
  #generation = 0;

  /**
   * Fills `ofB`. False when the names take thought: one stands in both with different bytes, one of B stands twice, a
   * shared one stands twice in A, or names were made to collide.
   */
  find(a: RecordSource, b: RecordSource): boolean {
    if (++this.#generation > MAX_GENERATION) {
      this.#slots.fill(0);
      this.#generation = 1;
    }
    const slots = this.#slots;
    const stamp = this.#generation * 1024;
    const countA = a.table.count;
    const countB = b.table.count;
    const mask = countB <= 64 ? 255 : SLOTS - 1;
    let probes = 8 * (countA + countB) + 64;
    for (let i = 0; i < countB; i++) {
      if ((b.used[i] as number) >= 0) continue;
      this.ofB[i] = 0;
      let slot = slotOf(b.table.nameHash[i] as number, mask);
      for (let entry = slots[slot] as number; entry >= stamp; entry = slots[slot] as number) {
        if (--probes < 0 || sameName(b.bytes, b.table, entry - stamp, b.bytes, b.table, i)) return false;
        slot = (slot + 1) & mask;
      }
      slots[slot] = stamp + i;
    }
    for (let i = 0; i < countA; i++) {
      if ((a.used[i] as number) >= 0) continue;
      let slot = slotOf(a.table.nameHash[i] as number, mask);
      for (let entry = slots[slot] as number; entry >= stamp; entry = slots[slot] as number) {
        if (--probes < 0) return false;
        const field = entry - stamp;
        if (sameName(a.bytes, a.table, i, b.bytes, b.table, field)) {
          if (this.ofB[field] === 1 || !sameValue(a, i, b, field)) return false;
          this.ofB[field] = 1;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
    return true;
  }
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 11)) & mask;
}

function sameValue(a: RecordSource, fieldA: number, b: RecordSource, fieldB: number): boolean {
  return a.valueIs(fieldA, b.bytes, b.table.valueStart[fieldB] as number, b.table.valueEnd[fieldB] as number);
}
