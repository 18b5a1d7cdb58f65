/** What RE2 says about an expression it refuses. The wording is that of RE2 and Go, which users search for. */
export type SyntaxProblem =
  | 'invalid character class range'
  | 'invalid escape sequence'
  | 'invalid named capture'
  | 'invalid or unsupported Perl syntax'
  | 'invalid nested repetition operator'
  | 'invalid repeat count'
  | 'missing argument to repetition operator'
  | 'missing closing ]'
  | 'missing closing )'
  | 'unexpected )'
  | 'trailing backslash at end of expression'
  | 'expression nests too deeply'
  | 'expression too large';

/** An expression that is not RE2 syntax. */
export class RegExpSyntaxError extends Error {
  readonly code = 'regexp_syntax';
  /** Where the refused part begins: UTF-16 units from the start of the expression. */
  readonly offset: number;
  /** What to write instead; empty when the message says it all. */
  readonly hint: string;

  constructor(problem: SyntaxProblem, fragment: string, offset: number, hint = '') {
    super(fragment === '' ? problem : `${problem}: \`${fragment}\``);
    this.name = 'RegExpSyntaxError';
    this.offset = offset;
    this.hint = hint;
  }
}
