import type { SideIndex } from '@logweave/correlation';

const MATCHED = 1;
const ORPHAN = 2;
const DEAD_LETTER = 4;
/** The result says itself that the order of arrival or a bound of memory had a say. */
const IRREGULAR = 8;

const NO_PARTNER = -1;

/** Offsets of one side that are audited: `[from, next)`. */
export interface OffsetRange {
  readonly from: number;
  readonly next: number;
}

/**
 * What the topics say of each input offset of one partition: a few bytes an event, so that the results can be read first
 * and the inputs after them. Offsets outside the range are somebody else's.
 */
export class Claims {
  readonly ranges: readonly [OffsetRange, OffsetRange];
  readonly #manyPerB: boolean;
  readonly #flags: readonly [Uint8Array, Uint8Array];
  /** Of each A the offset of its B. */
  readonly #partner: Float64Array;
  /** Of each B how many requests it served. */
  readonly #served: Uint32Array;
  /** Of each B a hash of its key, once it was read. */
  readonly #keyHashes: Uint32Array;

  constructor(ranges: readonly [OffsetRange, OffsetRange], manyPerB: boolean) {
    this.ranges = ranges;
    this.#manyPerB = manyPerB;
    const [a, b] = ranges.map(({ from, next }) => Math.max(0, next - from)) as [number, number];
    this.#flags = [new Uint8Array(a), new Uint8Array(b)];
    this.#partner = new Float64Array(a).fill(NO_PARTNER);
    this.#served = new Uint32Array(b);
    this.#keyHashes = new Uint32Array(b);
  }

  /** @returns whether either of the two had an outcome that excludes this one, as bits: 1 the A, 2 the B */
  pair(a: number, b: number): number {
    let doubled = 0;
    if (this.#covers(0, a)) {
      const i = a - this.ranges[0].from;
      if (this.#flags[0][i] !== 0) doubled |= 1;
      else this.#partner[i] = b;
      this.#mark(0, a, MATCHED);
    }
    if (this.#covers(1, b)) {
      const i = b - this.ranges[1].from;
      const before = this.#flags[1][i] as number;
      if ((before & ~IRREGULAR) !== 0 && !(this.#manyPerB && (before & (ORPHAN | DEAD_LETTER)) === 0)) doubled |= 2;
      this.#mark(1, b, MATCHED);
      this.#served[i] = (this.#served[i] as number) + 1;
    }
    return doubled;
  }

  /** @returns whether the event had an outcome already */
  orphan(side: SideIndex, offset: number, irregular: boolean): boolean {
    return this.#once(side, offset, irregular ? ORPHAN | IRREGULAR : ORPHAN);
  }

  /** @returns whether the event had an outcome already */
  deadLetter(side: SideIndex, offset: number): boolean {
    return this.#once(side, offset, DEAD_LETTER);
  }

  /** Tells the key of a B that was read. */
  setKeyHash(b: number, hash: number): void {
    this.#keyHashes[b - this.ranges[1].from] = hash;
  }

  keyHash(b: number): number {
    return this.#keyHashes[b - this.ranges[1].from] as number;
  }

  /** The offset of an A's B, or -1. */
  partner(a: number): number {
    return this.#partner[a - this.ranges[0].from] as number;
  }

  served(b: number): number {
    return this.#served[b - this.ranges[1].from] as number;
  }

  matched(side: SideIndex, offset: number): boolean {
    return (this.#flag(side, offset) & MATCHED) !== 0;
  }

  orphaned(side: SideIndex, offset: number): boolean {
    return (this.#flag(side, offset) & ORPHAN) !== 0;
  }

  deadLettered(side: SideIndex, offset: number): boolean {
    return (this.#flag(side, offset) & DEAD_LETTER) !== 0;
  }

  irregular(side: SideIndex, offset: number): boolean {
    return (this.#flag(side, offset) & IRREGULAR) !== 0;
  }

  /** Whether the topics say anything of it. */
  has(side: SideIndex, offset: number): boolean {
    return this.#flag(side, offset) !== 0;
  }

  #once(side: SideIndex, offset: number, flag: number): boolean {
    if (!this.#covers(side, offset)) return false;
    const doubled = this.#flag(side, offset) !== 0;
    this.#mark(side, offset, flag);
    return doubled;
  }

  #flag(side: SideIndex, offset: number): number {
    return this.#flags[side][offset - this.ranges[side].from] as number;
  }

  #mark(side: SideIndex, offset: number, flag: number): void {
    const i = offset - this.ranges[side].from;
    const flags = this.#flags[side];
    flags[i] = (flags[i] as number) | flag;
  }

  #covers(side: SideIndex, offset: number): boolean {
    const { from, next } = this.ranges[side];
    return offset >= from && offset < next;
  }
}
