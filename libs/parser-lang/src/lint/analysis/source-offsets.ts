import type { Span, StringLiteral } from '../../syntax/tree.ts';

/**
 * Where the characters of a string's value stand in the parser's text. They drift apart behind every backslash that
 * the syntax drops. An offset behind the last character gives the closing quote.
 */
export function sourceOffsets(text: string, literal: StringLiteral): (offset: number) => number {
  if (!literal.quoted) return (offset) => literal.span.start + offset;
  const start = literal.span.start + 1;
  const end = literal.span.end - 1;
  if (end - start === literal.text.length) return (offset) => start + Math.min(offset, literal.text.length);
  const quote = text.charAt(literal.span.start);
  const offsets: number[] = [];
  for (let at = start; at < end; at++) {
    offsets.push(at);
    if (text.charAt(at) === '\\' && isDropped(text.charAt(at + 1), quote)) at++;
  }
  return (offset) => offsets[offset] ?? end;
}

/** The span in the text of `[from, to)` of a string's value. */
export function sourceSpan(offsets: (offset: number) => number, from: number, to: number): Span {
  return { start: offsets(from), end: offsets(to) };
}

/** Whether a backslash before this character is dropped from the string's value. */
export function isDropped(next: string, quote: string): boolean {
  return next === quote || next === '\\' || /[A-Za-z]/.test(next);
}
