import type { Span, StringLiteral } from '../../syntax/tree.ts';
import { sourceOffsets, sourceSpan } from './source-offsets.ts';

/** One `%{…}` of a string. */
export interface Interpolation {
  /** Dotted, also where the text has `%{[a][b]}`. */
  readonly path: string;
  readonly span: Span;
}

/** The `%{…}` of a string, with their places in the text. */
export function interpolationsOf(text: string, literal: StringLiteral): readonly Interpolation[] {
  if (!literal.text.includes('%{')) return [];
  const offsets = sourceOffsets(text, literal);
  return [...literal.text.matchAll(/%\{([^{}]*)\}/g)].map(({ 0: whole, 1: path = '', index }) => ({
    path: dotted(path.trim()),
    span: sourceSpan(offsets, index, index + whole.length),
  }));
}

/** The path when the string is one `%{path}` and nothing else. */
export function onlyInterpolation(text: string): string | null {
  const found = /^%\{([^{}]*)\}$/.exec(text);
  return found === null ? null : dotted((found[1] ?? '').trim());
}

export function isDynamic(text: string): boolean {
  return /%\{[^{}]*\}/.test(text);
}

function dotted(path: string): string {
  return path.startsWith('[') ? path.slice(1).replace(/\]$/, '').replaceAll('][', '.') : path;
}
