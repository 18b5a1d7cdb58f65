import type { Span } from './tree.ts';

/** Something to say about a parser's text. */
export interface Diagnostic {
  /** A rule's name: `syntax`, `compile`, or one of the lint rules. */
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly span: Span;
}

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters as an editor counts them (UTF-16 code units). */
  readonly column: number;
}

/** Finds lines and columns of offsets in one text. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  positionOf(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}

/** `file:line:column severity message [rule]` and the hint below it. */
export function formatDiagnostic(diagnostic: Diagnostic, lines: LineIndex, file: string): string {
  const { line, column } = lines.positionOf(diagnostic.span.start);
  const hint = diagnostic.hint === '' ? '' : `\n    ${diagnostic.hint}`;
  return `${file}:${line}:${column} ${diagnostic.severity}: ${diagnostic.message} [${diagnostic.rule}]${hint}`;
}
