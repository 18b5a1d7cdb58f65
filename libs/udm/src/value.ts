/**
 * What a token of a parser holds, and so what a UDM record is built of. JSON's kinds, with maps that hold any key
 * safely and keep their order. `null` only occurs inside lists: a map leaves the key out instead.
 */
export type Value = string | number | boolean | null | ExactNumber | ValueMap | ValueList;

export type ValueMap = Map<string, Value>;

export type ValueList = Value[];

/**
 * A number whose text would not survive as a JavaScript number: an integer beyond 2^53, or a literal such as `1.50`
 * that would print otherwise. A number that prints as it was read is a plain `number`.
 */
export class ExactNumber {
  /** The literal as it stood in the log, in JSON's syntax. */
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }

  /** The nearest double. */
  get value(): number {
    return Number(this.literal);
  }
}

/** A number for a literal in JSON's syntax, exact in its text. */
export function numberOf(literal: string): number | ExactNumber {
  const value = Number(literal);
  return String(value) === literal ? value : new ExactNumber(literal);
}
