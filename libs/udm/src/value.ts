/**
 * What a token of a parser holds, and so what a UDM record is built of. JSON's kinds, with maps that hold any key
 * safely and keep their order. `null` only occurs inside lists: a map leaves the key out instead.
 */
export type Value = string | number | boolean | null | ExactNumber | ValueMap | ValueList;

export type ValueMap = Map<string, Value>;

export type ValueList = Value[];

/**
 * A number that a JavaScript number cannot hold: an integer beyond 2^53, or one out of the range of doubles. All others
 * are plain numbers.
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

const INTEGER = /^-?\d+$/;

/** A number for a literal in JSON's syntax. Integers are exact whatever their size, others the nearest double. */
export function numberOf(literal: string): number | ExactNumber {
  const value = Number(literal);
  const exact = INTEGER.test(literal) ? Number.isSafeInteger(value) : Number.isFinite(value);
  return exact ? value + 0 : new ExactNumber(literal);
}

/** The digits of a number without an exponent: `0.5`, `9`, `12345678901234567890`. */
export function numberText(number: number | ExactNumber): string {
  if (typeof number !== 'number') return number.literal;
  const text = String(number);
  return text.includes('e') ? plainDigits(text) : text;
}

function plainDigits(text: string): string {
  const found = /^(-?)(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign = '', lead = '', rest = '', exponentText = '0'] = found;
  const exponent = Number(exponentText);
  const digits = lead + rest;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
}
