import { MAX_CODE_POINT } from './char-set.ts';
import { escapeHint } from './hints.ts';
import { RegExpSyntaxError } from './syntax-error.ts';

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
]);

/**
 * The one character that the escape at the offset stands for.
 * @throws RegExpSyntaxError for an escape that is none, or that means more than a character.
 */
export function readEscapedCharacter(source: string, at: number): { codePoint: number; end: number } {
  const codePoint = source.codePointAt(at + 1);
  if (codePoint === undefined) throw new RegExpSyntaxError('trailing backslash at end of expression', '', at);
  const letter = String.fromCodePoint(codePoint);
  const end = at + 1 + letter.length;
  if (letter === 'x') return readHex(source, at);
  // A digit is an octal number when it is 0 or when another octal digit follows; else it would be a back-reference.
  if (letter === '0' || (/[1-7]/.test(letter) && /[0-7]/.test(source[end] ?? ''))) {
    const digits = (/^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4)) as RegExpExecArray)[0];
    return { codePoint: Number.parseInt(digits, 8), end: at + 1 + digits.length };
  }
  const control = CONTROLS.get(letter);
  if (control !== undefined) return { codePoint: control, end };
  if (codePoint < 0x80 && !/[A-Za-z0-9]/.test(letter)) return { codePoint, end };
  throw new RegExpSyntaxError('invalid escape sequence', source.slice(at, end), at, escapeHint(letter));
}

function readHex(source: string, at: number): { codePoint: number; end: number } {
  const rest = source.slice(at + 2, at + 14);
  const match = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})/.exec(rest);
  const codePoint = match === null ? Number.NaN : Number.parseInt(match[1] ?? (match[2] as string), 16);
  if (match !== null && codePoint <= MAX_CODE_POINT) return { codePoint, end: at + 2 + match[0].length };
  const fragment = source.slice(at, at + 2 + (/^\{?[0-9A-Fa-f]*\}?/.exec(rest) as RegExpExecArray)[0].length);
  throw new RegExpSyntaxError('invalid escape sequence', fragment, at, 'write \\x7F or \\x{10FFFF}');
}
