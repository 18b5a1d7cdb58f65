import { type CharSet, charSet } from './char-set.ts';

/** `\d \s \w` as RE2 has them: ASCII, and no vertical tab among the spaces. */
export const PERL_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['d', of('09')],
  ['s', of('\t\n\f\r  ')],
  ['w', of('09AZaz__')],
]);

/** What may stand between `[:` and `:]`. */
export const POSIX_CLASSES: ReadonlyMap<string, CharSet> = new Map([
  ['alnum', of('09AZaz')],
  ['alpha', of('AZaz')],
  ['ascii', of('\0\x7f')],
  ['blank', of('\t\t  ')],
  ['cntrl', of('\0\x1f\x7f\x7f')],
  ['digit', of('09')],
  ['graph', of('!~')],
  ['lower', of('az')],
  ['print', of(' ~')],
  ['punct', of('!/:@[`{~')],
  ['space', of('\t\r  ')],
  ['upper', of('AZ')],
  ['word', of('09AZaz__')],
  ['xdigit', of('09AFaf')],
]);

/** Ranges written as the pairs of their ends. */
function of(ends: string): CharSet {
  return charSet(Array.from(ends, (end) => end.charCodeAt(0)));
}
