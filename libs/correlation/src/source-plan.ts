import type { FieldTable, KnownNames } from '@logweave/json-bytes';
import { CORE, CORE_NAMES } from '@logweave/model';

/** What the names of a source's fields alone say about its part in a record. Sources of one shape share it. */
export interface SourcePlan {
  /** For each field its name's place among the names that the record itself uses, or -1. */
  readonly used: Int8Array;
  /** For each of `CORE_NAMES` the field that counts (the last of that name), or -1. */
  readonly core: Int32Array;
  /** A name that the record uses is there in a way that takes thought: twice, or one that no source should have. */
  readonly odd: boolean;
  /** The fields under names that the record does not use itself. */
  readonly own: FieldRuns;
}

/**
 * Fields that are copied, as pairs: the first and the last of neighbours that are copied in one go, or a field and -1
 * where there is white space between its name and its value.
 */
export type FieldRuns = Int32Array;

/** `usedNames` begins with the first `coreCount` of `CORE_NAMES`. */
export function planSource(usedNames: KnownNames, coreCount: number, table: FieldTable, bytes: Uint8Array): SourcePlan {
  const used = new Int8Array(table.count);
  const core = new Int32Array(CORE_NAMES.length).fill(-1);
  let odd = false;
  for (let i = 0; i < table.count; i++) {
    const name = usedNames.of(bytes, table, i);
    used[i] = name;
    if (name < 0) continue;
    if (name >= coreCount) {
      odd = true;
    } else {
      if (core[name] !== -1 && name !== CORE.timestamp) odd = true;
      core[name] = i;
    }
  }
  return { used, core, odd, own: planRuns(table, used, null) };
}

/** The runs of the fields that are neither `used` nor marked with 1 in `left`. */
export function planRuns(table: FieldTable, used: Int8Array, left: Uint8Array | null): FieldRuns {
  const runs: number[] = [];
  let end = -1;
  for (let i = 0; i < table.count; i++) {
    if ((used[i] as number) >= 0 || left?.[i] === 1) continue;
    if (table.valueStart[i] !== (table.nameEnd[i] as number) + 2) {
      runs.push(i, -1);
      end = -1;
      continue;
    }
    // Nothing but a comma between the last of the run and this one.
    if (end >= 0 && table.nameStart[i] === end + 2) runs[runs.length - 1] = i;
    else runs.push(i, i);
    end = table.valueEnd[i] as number;
  }
  return Int32Array.from(runs);
}
