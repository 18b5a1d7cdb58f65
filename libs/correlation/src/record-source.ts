import { FieldTable, type KnownNames, SCAN, scanObject } from '@logweave/json-bytes';
import { CORE, CORE_NAMES, LIMITS } from '@logweave/model';
import type { HeldEvent } from './held-event.ts';

const SCAN_LIMITS = { depth: LIMITS.jsonDepth, keys: LIMITS.jsonKeys };

/** One source of a record that is being written: its bytes and where its fields stand. Reused from record to record. */
export class RecordSource {
  readonly table = new FieldTable();
  /** For each field its name's place among the names that the record itself uses, or -1. */
  readonly used = new Int8Array(LIMITS.jsonKeys);
  /** For each of `CORE_NAMES` the field that counts (the last of that name), or -1. */
  readonly core = new Int32Array(CORE_NAMES.length);
  /** A name that the record uses is there in a way that takes thought: twice, or one that no source should have. */
  odd = false;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  readonly #usedNames: KnownNames;
  readonly #coreCount: number;

  /** `usedNames` begins with the first `coreCount` of `CORE_NAMES`. */
  constructor(usedNames: KnownNames, coreCount: number) {
    this.#usedNames = usedNames;
    this.#coreCount = coreCount;
  }

  /** @throws Error when the bytes are not what `EventReader` passed. */
  load(event: HeldEvent): void {
    const { table, core, used } = this;
    const { start, end } = event;
    const bytes = asBuffer(event.bytes);
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.odd = false;
    if (scanObject(bytes, start, end, table, SCAN_LIMITS) !== SCAN.ok) {
      throw new Error('an event that was read is no JSON object any more');
    }
    core.fill(-1);
    for (let i = 0; i < table.count; i++) {
      const name = this.#usedNames.of(bytes, table, i);
      used[i] = name;
      if (name < 0) continue;
      if (name >= this.#coreCount || (core[name] !== -1 && name !== CORE.timestamp)) this.odd = true;
      else core[name] = i;
    }
    if (this.odd) this.#readCoreAgain();
  }

  /** Of a name that stands twice the last counts. */
  #readCoreAgain(): void {
    for (let i = 0; i < this.table.count; i++) {
      const name = this.used[i] as number;
      if (name >= 0 && name < this.#coreCount) this.core[name] = i;
    }
  }

  /** Whether a field's value is exactly `other[start, end)`. */
  valueIs(field: number, other: Uint8Array, start: number, end: number): boolean {
    const from = this.table.valueStart[field] as number;
    const length = end - start;
    if ((this.table.valueEnd[field] as number) - from !== length) return false;
    const { bytes } = this;
    for (let i = 0; i < length; i++) {
      if (bytes[from + i] !== other[start + i]) return false;
    }
    return true;
  }
}

/** The same bytes, not a copy, as a Buffer: its own copying makes no garbage. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
