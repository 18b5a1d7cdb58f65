import type { PluginStatement, StringLiteral } from '../../syntax/tree.ts';
import { stringsOf } from './statement-walk.ts';

/** Formats that have a name. Those without a year are times of syslog. */
export const NAMED_FORMATS: ReadonlyMap<string, { readonly year: boolean }> = new Map([
  ['ISO8601', { year: true }],
  ['RFC3339', { year: true }],
  ['TIMESTAMP_ISO8601', { year: true }],
  ['UNIX', { year: true }],
  ['UNIX_MS', { year: true }],
  ['SYSLOGTIMESTAMP', { year: false }],
]);

/** Letters that stand for a part of a time, and how many of them may stand together. */
const TOKENS: Readonly<Record<string, number>> = {
  y: 4,
  Y: 4,
  M: 4,
  d: 2,
  H: 2,
  h: 2,
  m: 2,
  s: 2,
  S: 9,
  Z: 3,
  z: 4,
  A: 1,
  a: 1,
  E: 4,
};

/** The formats of a date filter. */
export function dateFormatsOf(plugin: PluginStatement): readonly StringLiteral[] {
  return stringsOf(plugin.options.find(({ name }) => name === 'match')?.value).slice(1);
}

/** Whether the format reads a year; null when it is no format. */
export function hasYear(format: string): boolean | null {
  const named = NAMED_FORMATS.get(format);
  if (named !== undefined) return named.year;
  return unknownPart(format) === null ? /[yY]/.test(withoutQuoted(format)) : null;
}

/** The first run of letters in a format that stands for nothing, and its place; null when there is none. */
export function unknownPart(format: string): { readonly text: string; readonly at: number } | null {
  if (NAMED_FORMATS.has(format)) return null;
  for (const match of withoutQuoted(format).matchAll(/([A-Za-z])\1*/g)) {
    const letter = match[1] ?? '';
    const limit = TOKENS[letter];
    // "T" between date and time is written without quotes as a rule.
    if (letter === 'T' || (limit !== undefined && match[0].length <= limit)) continue;
    return { text: match[0], at: match.index };
  }
  return null;
}

/** Literal text in quotes, blanked so that offsets stay. */
function withoutQuoted(format: string): string {
  return format.replace(/'[^']*'/g, (quoted) => ' '.repeat(quoted.length));
}
