import type { Diagnostic } from '../diagnostic.ts';
import type { Program, Span } from '../tree.ts';

/** All spans of a tree and of what is said about it. */
export function everySpan(program: Program, diagnostics: readonly Diagnostic[]): readonly Span[] {
  const spans: Span[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (isSpan(node)) spans.push(node);
    for (const value of Object.values(node)) visit(value);
  };
  visit(program);
  visit(diagnostics);
  return spans;
}

function isSpan(node: object): node is Span {
  return 'start' in node && 'end' in node && typeof node.start === 'number' && typeof node.end === 'number';
}
