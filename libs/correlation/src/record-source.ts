import { type FieldTable, type KnownNames, SCAN, ShapeScanner } from '@logweave/json-bytes';
import { LIMITS } from '@logweave/model';
import type { HeldEvent } from './held-event.ts';
import { planSource, type SourcePlan } from './source-plan.ts';

const SCAN_LIMITS = { depth: LIMITS.jsonDepth, keys: LIMITS.jsonKeys };

/** One source of a record that is being written: its bytes and where its fields stand. Reused from record to record. */
export class RecordSource {
  readonly #scanner: ShapeScanner<SourcePlan>;
  readonly #planFor: (table: FieldTable, bytes: Uint8Array) => SourcePlan;
  readonly table: FieldTable;
  plan: SourcePlan;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  /** `usedNames` begins with the first `coreCount` of `CORE_NAMES`. */
  constructor(usedNames: KnownNames, coreCount: number) {
    this.#planFor = (table, bytes) => planSource(usedNames, coreCount, table, bytes);
    this.#scanner = new ShapeScanner(SCAN_LIMITS, this.#planFor);
    this.table = this.#scanner.table;
    this.plan = this.#planFor(this.table, this.bytes);
  }

  /** @throws Error when the bytes are not what `EventReader` passed. */
  load(event: HeldEvent): void {
    const { bytes, start, end } = event;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    if (this.#scanner.scan(bytes, start, end) !== SCAN.ok) {
      throw new Error('an event that was read is no JSON object any more');
    }
    this.plan = this.#scanner.plan ?? this.#planFor(this.table, bytes);
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
