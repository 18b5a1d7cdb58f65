import { sameName } from '@logweave/json-bytes';
import type { RecordSource } from './record-source.ts';
import { type FieldRuns, planRuns, type SourcePlan } from './source-plan.ts';

/** At least twice the fields of the largest source. */
const SLOTS = 2048;
/** A slot holds `generation * 1024 + field`, so that a new search needs no clearing; no source has 1,024 fields. */
const MAX_GENERATION = 2_000_000;
/** Partners that a plan remembers. */
const MAX_PARTNERS = 64;

/** The names that both sources of a pair have, beside those that the record uses itself. */
interface SharedNames {
  /** Pairs: the field of A, the field of B. */
  readonly fields: Int32Array;
  /** What is left of B when these stand in A's place. */
  readonly rest: FieldRuns;
}

/** Null: the names take thought. */
type Partners = Map<SourcePlan, SharedNames | null>;

/** Knows which fields the two sources of a pair carry alike. What follows from the names alone is found once per pair of shapes. */
export class SharedFields {
  readonly #partners = new WeakMap<SourcePlan, Partners>();
  #lastA: SourcePlan | null = null;
  #lastB: SourcePlan | null = null;
  #lastNames: SharedNames | null = null;

  /** Open addressing over the names of B. */
  readonly #slots = new Int32Array(SLOTS);
  #generation = 0;

  /**
   * What is to be copied of B so that a field which both have with the same bytes stands once. Null when the names take
   * thought: one stands in both with different bytes, one of B stands twice, a shared one stands twice in A, or names
   * were made to collide.
   */
  restOfB(a: RecordSource, b: RecordSource): FieldRuns | null {
    const names = this.#namesOf(a, b);
    if (names === null) return null;
    const { fields } = names;
    const { valueStart, valueEnd } = b.table;
    for (let i = 0; i < fields.length; i += 2) {
      const field = fields[i + 1] as number;
      if (!a.valueIs(fields[i] as number, b.bytes, valueStart[field] as number, valueEnd[field] as number)) return null;
    }
    return names.rest;
  }

  #namesOf(a: RecordSource, b: RecordSource): SharedNames | null {
    if (a.plan === this.#lastA && b.plan === this.#lastB) return this.#lastNames;
    let partners = this.#partners.get(b.plan);
    if (partners === undefined || partners.size >= MAX_PARTNERS) {
      partners = new Map();
      this.#partners.set(b.plan, partners);
    }
    let names = partners.get(a.plan);
    if (names === undefined) {
      names = this.#find(a, b);
      partners.set(a.plan, names);
    }
    this.#lastA = a.plan;
    this.#lastB = b.plan;
    this.#lastNames = names;
    return names;
  }

  #find(a: RecordSource, b: RecordSource): SharedNames | null {
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
      if ((b.plan.used[i] as number) >= 0) continue;
      let slot = slotOf(b.table.nameHash[i] as number, mask);
      for (let entry = slots[slot] as number; entry >= stamp; entry = slots[slot] as number) {
        if (--probes < 0 || sameName(b.bytes, b.table, entry - stamp, b.bytes, b.table, i)) return null;
        slot = (slot + 1) & mask;
      }
      slots[slot] = stamp + i;
    }
    const fields: number[] = [];
    const shared = new Uint8Array(countB);
    for (let i = 0; i < countA; i++) {
      if ((a.plan.used[i] as number) >= 0) continue;
      let slot = slotOf(a.table.nameHash[i] as number, mask);
      for (let entry = slots[slot] as number; entry >= stamp; entry = slots[slot] as number) {
        if (--probes < 0) return null;
        const field = entry - stamp;
        if (sameName(a.bytes, a.table, i, b.bytes, b.table, field)) {
          if (shared[field] === 1) return null;
          shared[field] = 1;
          fields.push(i, field);
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
    return { fields: Int32Array.from(fields), rest: planRuns(b.table, b.plan.used, shared) };
  }
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 11)) & mask;
}
