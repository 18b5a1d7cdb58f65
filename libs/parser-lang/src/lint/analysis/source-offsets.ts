import type { Span, StringLiteral } from '../../syntax/tree.ts';

/**
 * Where the characters of a string's value stand in the parser's text. They drift apart behind every backslash, which the
 * syntax drops. An offset behind the last character gives the closing quote.
 */
export function sourceOffsets(text: string, literal: StringLiteral): (offset: number) => number {
  if (!literal.quoted) return (offset) => literal.span.start + offset;
  const start = literal.span.start + 1;
  const end = literal.span.end - 1;
  if (end - start === literal.text.length) return (offset) => start + Math.min(offset, literal.text.length);
  let offsets = Array.from({ length: end - start }, (_, at) => start + at);
  // Once in filters, twice in conditions.
  for (let pass = 0; pass < 2 && offsets.length > literal.text.length; pass++)
    offsets = keptOffsets(text, offsets, pass);
  return (offset) => offsets[offset] ?? end;
}

/** Without those of each character that a backslash stands before: it is where its backslash is. */
function keptOffsets(text: string, offsets: readonly number[], pass: number): number[] {
  const kept: number[] = [];
  for (let at = 0; at < offsets.length; at++) {
    const offset = offsets[at] ?? 0;
    kept.push(offset);
    // After the first pass a backslash that was kept is written as two.
    const character = text.charAt(pass === 0 ? offset : text.charAt(offset) === '\\' ? offset + 1 : offset);
    if (character === '\\') at++;
  }
  return kept;
}

/** The span in the text of `[from, to)` of a string's value. */
export function sourceSpan(offsets: (offset: number) => number, from: number, to: number): Span {
  return { start: offsets(from), end: offsets(to) };
}
