/** Patterns by their names. They may use `(?<!x)` with one character or class, which expressions of users may not. */
export type PatternTable = Readonly<Record<string, string>>;
