import { FieldTable } from './field-table.ts';
import { SCAN, type ScanLimits, type ScanResult, scanObject } from './scan-object.ts';
import { type ShapeStep, ShapeTree } from './shape-tree.ts';
import { BAD, passed, skipString, skipValue } from './skip-value.ts';

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const CLOSE_BRACE = 125;
const NO_BUFFER = new ArrayBuffer(0);

/**
 * `scanObject` for objects that come again and again with the same names in the same order, as a program writes them. It
 * remembers these shapes and then compares names four bytes at a time instead of reading them; whatever is not as
 * remembered is scanned as ever, so the result is the same. For each shape it asks its owner once for a plan: all that
 * can be known from the names alone.
 */
export class ShapeScanner<Plan> {
  /** Where the fields of the last object stand. */
  readonly table = new FieldTable();
  /** The plan for the last object; null when it has no shape worth remembering. */
  plan: Plan | null = null;

  readonly #limits: ScanLimits;
  readonly #planFor: (table: FieldTable, bytes: Uint8Array) => Plan;
  readonly #tree = new ShapeTree<Plan>();
  #buffer: ArrayBufferLike = NO_BUFFER;
  #view: DataView = new DataView(NO_BUFFER);

  constructor(limits: ScanLimits, planFor: (table: FieldTable, bytes: Uint8Array) => Plan) {
    this.#limits = limits;
    this.#planFor = planFor;
  }

  /** Scans the object in `bytes[start, end)` into `table`; see `scanObject`. */
  scan(bytes: Uint8Array, start: number, end: number): ScanResult {
    const last = this.#follow(bytes, start, end);
    if (last !== null) {
      this.plan = last.plan;
      return SCAN.ok;
    }
    this.plan = null;
    const { table } = this;
    const result = scanObject(bytes, start, end, table, this.#limits);
    if (result !== SCAN.ok) return result;
    const learned = this.#tree.learn(bytes, start, end, table);
    if (learned !== null) {
      learned.plan ??= this.#planFor(table, bytes);
      this.plan = learned.plan;
    }
    return SCAN.ok;
  }

  /** Fills the table along the remembered steps; answers the last one, or null when the object is not as remembered. */
  #follow(bytes: Uint8Array, start: number, end: number): ShapeStep<Plan> | null {
    const { buffer, byteOffset: base } = bytes;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer);
    }
    const view = this.#view;
    const { table } = this;
    const stop = base + end;
    let at = base + start;
    let step = this.#tree.root;
    let { nameStart, nameEnd, valueStart, valueEnd, nameHash, nameEscaped } = table;
    passed.nonAscii = false;
    for (let n = 0; ; ) {
      let next = step.likely;
      if (next === null) return null;
      if (at + next.length >= stop || !next.matches(view, at)) {
        next = step.follow(view, at, stop);
        if (next === null) return null;
      }
      step = next;
      if (n === nameStart.length) {
        table.grow();
        ({ nameStart, nameEnd, valueStart, valueEnd, nameHash, nameEscaped } = table);
      }
      nameStart[n] = at - base + step.nameFrom;
      nameEnd[n] = at - base + step.nameTo;
      at += step.length;
      nameHash[n] = step.nameHash;
      nameEscaped[n] = 0;
      valueStart[n] = at - base;
      const first = view.getUint8(at);
      if (first === QUOTE) {
        at = afterPlainString(view, at + 1, stop);
        // Escapes are for the one that knows them.
        if (at === BAD) at = base + skipString(bytes, (valueStart[n] as number) + 1, end);
      } else {
        at = afterPlainInteger(view, at, stop);
        if (at === BAD) at = base + skipValue(bytes, valueStart[n] as number, end, this.#limits.depth - 1);
      }
      if (at < base || at >= stop) return null;
      valueEnd[n++] = at - base;
      const after = view.getUint8(at);
      if (after === COMMA) continue;
      if (after !== CLOSE_BRACE || at + 1 !== stop || step.plan === null) return null;
      table.count = n;
      table.nonAscii = passed.nonAscii;
      return step;
    }
  }
}

/**
 * The position after the closing quote of a string that begins at `i`, or BAD when it has an escape, a control
 * character or a byte beyond ASCII, or does not end. Four bytes at a time: a byte is below n when subtracting n borrows,
 * and equal to c when it is below 1 after XOR with c (Hacker's Delight, 6-1); the lowest mark is always exact.
 */
function afterPlainString(view: DataView, i: number, stop: number): number {
  for (; i + 4 <= stop; i += 4) {
    const word = view.getInt32(i, true);
    const quote = word ^ 0x22222222;
    const backslash = word ^ 0x5c5c5c5c;
    const marks =
      (((quote - 0x01010101) & ~quote) |
        ((backslash - 0x01010101) & ~backslash) |
        ((word - 0x20202020) & ~word) |
        word) &
      0x80808080;
    if (marks === 0) continue;
    const place = i + ((31 - Math.clz32(marks & -marks)) >>> 3);
    return view.getUint8(place) === QUOTE ? place + 1 : BAD;
  }
  for (; i < stop; i++) {
    const c = view.getUint8(i);
    if (c === QUOTE) return i + 1;
    if (c < 0x20 || c >= 0x80 || c === 0x5c) return BAD;
  }
  return BAD;
}

/** The position after a whole number without a sign and leading zeros, or BAD for any other value. */
function afterPlainInteger(view: DataView, i: number, stop: number): number {
  let c = view.getUint8(i);
  if (c < 49 || c > 57) return BAD;
  do {
    if (++i >= stop) return BAD;
    c = view.getUint8(i);
  } while (c >= 48 && c <= 57);
  return c === DOT || c === 101 || c === 69 ? BAD : i;
}
