/** Where an expression matched. Offsets are UTF-16 units. */
export interface Match {
  readonly index: number;
  /** Behind the last unit. */
  readonly end: number;
  /** The whole match at 0, then the groups by their index; undefined for one that took no part. */
  readonly groups: readonly (string | undefined)[];
}

/** One compiled expression on one engine. */
export interface Matcher {
  test(text: string): boolean;
  /** The leftmost match that begins at `from` or later; what stands before `from` is seen by assertions. */
  exec(text: string, from: number): Match | null;
}
