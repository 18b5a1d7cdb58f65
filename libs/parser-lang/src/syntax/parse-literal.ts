import { type Scanner, SyntaxFault } from './scanner.ts';
import type { ArrayLiteral, HashLiteral, HashPair, Literal } from './tree.ts';

/** How deep arrays and hashes may nest. */
const DEPTH_LIMIT = 16;

/** A value of an option: a string, a number, a bareword, an array, a hash, or code in backquotes. */
export function parseLiteral(scanner: Scanner, depth = 0): Literal {
  if (depth > DEPTH_LIMIT) throw scanner.fault(`values nest more than ${DEPTH_LIMIT} deep`, 'flatten the value');
  const next = scanner.peek();
  const start = scanner.at;
  switch (next) {
    case '"':
    case "'":
      return scanner.quoted();
    case '[':
      return parseArray(scanner, depth);
    case '{':
      return parseHash(scanner, depth);
    case '`': {
      scanner.at++;
      const text = scanner.until('`', 'this code');
      return { kind: 'code', text, span: { start, end: scanner.at } };
    }
  }
  const number = scanner.number();
  if (number !== null) return { kind: 'number', text: number, span: { start, end: scanner.at } };
  const word = scanner.word();
  if (word === null) {
    throw scanner.fault(`expected a value, found ${scanner.describe()}`, 'put the value in double quotes');
  }
  const span = { start, end: scanner.at };
  if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', span };
  return { kind: 'string', text: word, quoted: false, span };
}

/** `[ … ]`. Commas between the items may be missing. */
export function parseArray(scanner: Scanner, depth = 0): ArrayLiteral {
  scanner.peek();
  const start = scanner.at;
  scanner.expect('[', 'to begin an array', '');
  const items: Literal[] = [];
  while (!scanner.take(']')) {
    if (scanner.take(',')) continue;
    if (scanner.ended || scanner.peek() === '}') throw unclosed('array', ']', start);
    items.push(parseLiteral(scanner, depth + 1));
  }
  return { kind: 'array', items, span: { start, end: scanner.at } };
}

/** `{ key => value … }`. A comma between pairs, and `=` or `:` for the arrow, are taken as well. */
function parseHash(scanner: Scanner, depth: number): HashLiteral {
  const start = scanner.at;
  scanner.expect('{', 'to begin a hash', '');
  const pairs: HashPair[] = [];
  while (!scanner.take('}')) {
    if (scanner.take(',')) continue;
    if (scanner.ended) throw unclosed('hash', '}', start);
    const { text: key, span: keySpan } = parseKey(scanner);
    takeArrow(scanner, `after the key "${key}"`);
    pairs.push({ key, keySpan, value: parseLiteral(scanner, depth + 1) });
  }
  return { kind: 'hash', pairs, span: { start, end: scanner.at } };
}

/** Passes `=>`, or the `=` and `:` that are written for it. */
export function takeArrow(scanner: Scanner, where: string): void {
  if (scanner.take('=>') || scanner.take('=') || scanner.take(':')) return;
  throw scanner.fault(`expected "=>" ${where}, found ${scanner.describe()}`, 'write "key" => "value"');
}

function parseKey(scanner: Scanner): { text: string; span: { start: number; end: number } } {
  const next = scanner.peek();
  if (next === '"' || next === "'") return scanner.quoted();
  const start = scanner.at;
  const text = scanner.number() ?? scanner.word();
  if (text === null) {
    throw scanner.fault(`expected a key, found ${scanner.describe()}`, 'put the key in double quotes');
  }
  return { text, span: { start, end: scanner.at } };
}

function unclosed(what: string, close: string, start: number): SyntaxFault {
  return new SyntaxFault(`this ${what} is not closed`, `close it with "${close}"`, { start, end: start + 1 });
}
