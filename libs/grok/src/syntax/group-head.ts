import { perlHint } from './hints.ts';
import { RegExpSyntaxError } from './syntax-error.ts';

/** The flags in force at a point of the expression. */
export interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

export const NO_FLAGS: Flags = { i: false, m: false, s: false, U: false };

/** What an opening parenthesis begins; `end` is the offset behind the head. */
export type GroupHead =
  | { readonly kind: 'capture'; readonly name: string | undefined; readonly end: number }
  | { readonly kind: 'group'; readonly name: undefined; readonly flags: Flags; readonly end: number }
  | { readonly kind: 'flags'; readonly flags: Flags; readonly end: number };

/**
 * The head of the group whose parenthesis is at the offset: `(`, `(?P<name>`, `(?<name>`, `(?flags:` or `(?flags)`.
 * @throws RegExpSyntaxError
 */
export function readGroupHead(source: string, open: number, flags: Flags): GroupHead {
  if (source[open + 1] !== '?') return { kind: 'capture', name: undefined, end: open + 1 };
  const around = /^\(\?<?[=!]/.exec(source.slice(open, open + 4));
  if (around !== null) throw perlError(around[0], open);
  const named = /^\(\?P?</.exec(source.slice(open, open + 4));
  return named === null ? readFlags(source, open, flags) : readName(source, open, open + named[0].length);
}

function readName(source: string, open: number, from: number): GroupHead {
  const close = source.indexOf('>', from);
  const hint = 'a name is made of letters, digits and _ and ends with >';
  if (close === -1) throw new RegExpSyntaxError('invalid named capture', source.slice(open), open, hint);
  const name = source.slice(from, close);
  if (!/^[\p{L}\p{N}_.@-]+$/u.test(name)) {
    throw new RegExpSyntaxError('invalid named capture', source.slice(open, close + 1), open, hint);
  }
  return { kind: 'capture', name, end: close + 1 };
}

function readFlags(source: string, open: number, before: Flags): GroupHead {
  let flags = before;
  let value = true;
  let changes = 0;
  for (let at = open + 2; at < source.length; at++) {
    const letter = source[at] as string;
    if (letter === 'i' || letter === 'm' || letter === 's' || letter === 'U') {
      flags = { ...flags, [letter]: value };
      changes++;
    } else if (letter === '-' && value) {
      value = false;
      changes = 0;
    } else if ((letter === ':' || letter === ')') && (value || changes > 0)) {
      const end = at + 1;
      return letter === ':' ? { kind: 'group', name: undefined, flags, end } : { kind: 'flags', flags, end };
    } else {
      const word = source.startsWith('(?P', open) ? source.slice(open, open + 4) : source.slice(open, at + 1);
      throw perlError(word, open);
    }
  }
  throw new RegExpSyntaxError('missing closing )', source, open);
}

function perlError(fragment: string, offset: number): RegExpSyntaxError {
  return new RegExpSyntaxError('invalid or unsupported Perl syntax', fragment, offset, perlHint(fragment));
}
