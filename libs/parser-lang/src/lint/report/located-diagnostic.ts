import { type Diagnostic, LineIndex, type Position } from '../../syntax/diagnostic.ts';

/** A diagnostic with the lines and columns of its span, for people and other programs. */
export interface LocatedDiagnostic extends Diagnostic {
  readonly from: Position;
  /** Behind the last character. */
  readonly to: Position;
}

/** Finds the lines and columns of diagnostics in the text that they are about. */
export function locateDiagnostics(diagnostics: readonly Diagnostic[], text: string): readonly LocatedDiagnostic[] {
  const lines = new LineIndex(text);
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    from: lines.positionOf(diagnostic.span.start),
    to: lines.positionOf(diagnostic.span.end),
  }));
}
