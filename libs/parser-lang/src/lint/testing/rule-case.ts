/** A text that a rule is tried on. What it must find is between «guillemets»; without them it must find nothing. */
export interface RuleCase {
  readonly rule: string;
  /** What the case is about, as the end of a sentence. */
  readonly about: string;
  readonly text: string;
  /** Of the first finding. */
  readonly message?: string;
  readonly hint?: string;
}

/** Statements as a whole parser. */
export function parser(statements: string): string {
  return `filter {\n${statements}\n}\n`;
}
