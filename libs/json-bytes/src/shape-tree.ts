import type { FieldTable } from './field-table.ts';

const WORD_BYTES = 4;

/** Steps in all. A source has a handful of shapes of some twenty fields; more is somebody playing. */
const MAX_STEPS = 4096;
/** Names that are known to follow one and the same name: they are gone through one by one. */
const MAX_BRANCHES = 32;

/** A longer way between two values is not worth remembering. */
const MAX_STEP_BYTES = 512;

/**
 * From one field of an object to the next: the bytes between two values, `,"name":` with or without white space, or
 * `{"name":` before the first.
 */
export class ShapeStep<Plan> {
  /** All of them, and the whole words of four among them, little endian. */
  readonly length: number;
  readonly words: Int32Array;
  /** The last four bytes; together with the whole words they cover every byte. */
  readonly lastWord: number;
  /** Where the name stands among them, its quotes left out. */
  readonly nameFrom: number;
  readonly nameTo: number;
  readonly nameHash: number;
  /** The step that was right the last time. */
  likely: ShapeStep<Plan> | null = null;
  readonly branches: ShapeStep<Plan>[] = [];
  /** What was planned for objects that end after this field; null while none has. */
  plan: Plan | null = null;

  constructor(bytes: Buffer, nameFrom: number, nameTo: number, nameHash: number) {
    const words = Math.floor(bytes.length / WORD_BYTES);
    this.length = bytes.length;
    this.words = Int32Array.from({ length: words }, (_, i) => bytes.readInt32LE(i * WORD_BYTES));
    this.lastWord = bytes.readInt32LE(bytes.length - WORD_BYTES);
    this.nameFrom = nameFrom;
    this.nameTo = nameTo;
    this.nameHash = nameHash;
  }

  /** Whether these bytes stand at `at`. */
  matches(view: DataView, at: number): boolean {
    const { words } = this;
    if (view.getInt32(at + this.length - WORD_BYTES, true) !== this.lastWord) return false;
    for (let i = 0; i < words.length; i++) {
      if (view.getInt32(at + i * WORD_BYTES, true) !== words[i]) return false;
    }
    return true;
  }

  /** The step after this one whose bytes stand at `at` and end before `end`; it is the likely one from now on. */
  follow(view: DataView, at: number, end: number): ShapeStep<Plan> | null {
    for (const step of this.branches) {
      if (at + step.length >= end || !step.matches(view, at)) continue;
      this.likely = step;
      return step;
    }
    return null;
  }
}

/** The orders of names in which objects have come, as a tree: objects that begin alike share their first steps. */
export class ShapeTree<Plan> {
  #root: ShapeStep<Plan> = emptyStep();
  #steps = 0;

  /** Where every object begins; its branches are the first names. */
  get root(): ShapeStep<Plan> {
    return this.#root;
  }

  /**
   * Adds the shape of an object that was just scanned; answers its last step, or null when it is not one to remember: no
   * fields, names that are not plain ASCII, or white space after it.
   */
  learn(bytes: Uint8Array, start: number, end: number, table: FieldTable): ShapeStep<Plan> | null {
    if (!isLearnable(bytes, start, end, table)) return null;
    const { count, nameStart, nameEnd, valueStart, valueEnd, nameHash } = table;
    if (this.#steps + count > MAX_STEPS) {
      this.#root = emptyStep();
      this.#steps = 0;
    }
    let step = this.#root;
    for (let i = 0, from = start; i < count; i++) {
      const between = Buffer.from(bytes.subarray(from, valueStart[i]));
      const view = new DataView(between.buffer, between.byteOffset, between.length);
      let next = step.branches.find((branch) => branch.length === between.length && branch.matches(view, 0)) ?? null;
      if (next === null) {
        if (step.branches.length >= MAX_BRANCHES) return null;
        next = new ShapeStep(
          between,
          (nameStart[i] as number) - from,
          (nameEnd[i] as number) - from,
          nameHash[i] as number,
        );
        step.branches.push(next);
        this.#steps++;
      }
      step.likely = next;
      step = next;
      from = valueEnd[i] as number;
    }
    return step;
  }
}

function emptyStep<Plan>(): ShapeStep<Plan> {
  return new ShapeStep(Buffer.alloc(WORD_BYTES), 0, 0, 0);
}

/** Whether the object fills `bytes[start, end)` up to the brace after its last value, under names of plain ASCII. */
function isLearnable(bytes: Uint8Array, start: number, end: number, table: FieldTable): boolean {
  const { count, nameStart, nameEnd, valueStart, valueEnd, nameEscaped } = table;
  if (count === 0 || (valueEnd[count - 1] as number) + 1 !== end) return false;
  let before = start;
  for (let i = 0; i < count; i++) {
    if (nameEscaped[i] === 1 || (valueStart[i] as number) - before > MAX_STEP_BYTES) return false;
    const to = nameEnd[i] as number;
    for (let at = nameStart[i] as number; at < to; at++) if ((bytes[at] as number) >= 0x80) return false;
    before = valueEnd[i] as number;
  }
  return true;
}
