import { decodeJsonString } from '@logweave/json-bytes';
import { CORE } from '@logweave/model';
import type { RecordSource } from './record-source.ts';

/** A field of part 2 of a record: which one, and how often its side's prefix stands before its name. */
export interface MergedField {
  readonly source: RecordSource;
  /** `a_` or `b_`. */
  readonly prefix: string;
  readonly field: number;
  readonly prefixes: number;
}

export interface MergeInput {
  /** The sources that are there, A before B, with their prefixes. */
  readonly sources: readonly { readonly source: RecordSource; readonly prefix: string }[];
  /** Every name that the record itself may use. */
  readonly usedNames: readonly string[];
  /** Whether the field's value is the one that part 1 already says under this name. */
  readonly isSaid: (source: RecordSource, field: number) => boolean;
}

/**
 * Part 2 of a record (correlation.md, section 5) for sources whose names clash with each other's or the record's:
 * the rule word by word, where `RecordWriter` has a short cut for sources that do not clash.
 */
export function mergeFields(input: MergeInput): MergedField[] {
  const sides = input.sources.map(({ source, prefix }) => new NamedSource(source, prefix));
  const taken = new Set(input.usedNames);
  for (const side of sides) {
    for (const name of side.fieldsOf.keys()) taken.add(name);
  }
  const [lead, second] = sides;
  const merged: MergedField[] = [];
  for (const side of sides) {
    const other = side === lead ? second : lead;
    const agrees = new Map<string, boolean>();
    const { source } = side;
    for (let field = 0; field < source.table.count; field++) {
      const usedName = source.plan.used[field] as number;
      if (usedName === CORE.timestamp || (usedName >= 0 && input.isSaid(source, field))) continue;
      const name = side.names[field] as string;
      const others = other?.fieldsOf.get(name);
      let prefixes = 0;
      if (usedName >= 0) {
        prefixes = side.prefixesOf(name, taken);
      } else if (other !== undefined && others !== undefined) {
        let same = agrees.get(name);
        if (same === undefined) {
          same = sameValues(source, side.fieldsOf.get(name) ?? [], other.source, others);
          agrees.set(name, same);
        }
        // The same values in both stand once, in A's place.
        if (same && side !== lead) continue;
        if (!same) prefixes = side.prefixesOf(name, taken);
      }
      merged.push({ source, prefix: side.prefix, field, prefixes });
    }
  }
  return merged;
}

/** A source with its names as they are meant, and the prefixed names that it was given. */
class NamedSource {
  readonly source: RecordSource;
  readonly prefix: string;
  readonly names: string[] = [];
  readonly fieldsOf = new Map<string, number[]>();
  readonly #given = new Map<string, number>();
  /** Per name without any prefix: from a number of prefixes that is taken to the next that may be free. */
  readonly #nextFree = new Map<string, Map<number, number>>();

  constructor(source: RecordSource, prefix: string) {
    this.source = source;
    this.prefix = prefix;
    const { table, bytes } = source;
    for (let i = 0; i < table.count; i++) {
      const name = decodeJsonString(bytes, table.nameStart[i] as number, table.nameEnd[i] as number);
      this.names.push(name);
      const fields = this.fieldsOf.get(name);
      if (fields === undefined) this.fieldsOf.set(name, [i]);
      else fields.push(i);
    }
  }

  /** How many prefixes make the name free: at least one. The answer is taken from then on. */
  prefixesOf(name: string, taken: ReadonlySet<string>): number {
    const before = this.#given.get(name);
    if (before !== undefined) return before;
    let own = 0;
    while (name.startsWith(this.prefix, own * 2)) own++;
    const stem = name.slice(own * 2);
    let nextFree = this.#nextFree.get(stem);
    if (nextFree === undefined) {
      nextFree = new Map();
      this.#nextFree.set(stem, nextFree);
    }
    // Each name is tried once, however many fields look for a free one: a hostile pair must not cost seconds.
    const passed: number[] = [];
    let count = own + 1;
    for (;;) {
      const next = nextFree.get(count);
      if (next === undefined && !taken.has(this.prefix.repeat(count) + stem)) break;
      passed.push(count);
      count = next ?? count + 1;
    }
    for (const n of passed) nextFree.set(n, count + 1);
    nextFree.set(count, count + 1);
    this.#given.set(name, count - own);
    return count - own;
  }
}

/** Whether two lists of fields hold the same values in the same order. */
function sameValues(a: RecordSource, fieldsA: readonly number[], b: RecordSource, fieldsB: readonly number[]): boolean {
  if (fieldsA.length !== fieldsB.length) return false;
  const { valueStart, valueEnd } = b.table;
  return fieldsA.every((field, i) => {
    const other = fieldsB[i] as number;
    return a.valueIs(field, b.bytes, valueStart[other] as number, valueEnd[other] as number);
  });
}
