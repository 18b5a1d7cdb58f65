import { ExactNumber, type Value } from './value.ts';

/** A value as messages name it: what it is and, where that is short, what it says. */
export function describe(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Map) return 'a map';
  if (typeof value === 'string') return `the string ${quoted(value)}`;
  if (typeof value === 'boolean') return `the boolean ${value}`;
  return `the number ${value instanceof ExactNumber ? value.literal.slice(0, 100) : value}`;
}

/** A text in quotes, cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

export function isNumeric(value: Value): value is number | ExactNumber {
  return typeof value === 'number' || value instanceof ExactNumber;
}
