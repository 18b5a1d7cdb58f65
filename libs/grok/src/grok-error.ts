/** A grok pattern that cannot be compiled. */
export class GrokError extends Error {
  readonly code = 'grok_pattern';
  /** Where in the pattern, in UTF-16 units. A fault inside of a named pattern counts as at the reference to it. */
  readonly offset: number;
  /** What to write instead; empty when the message says it all. */
  readonly hint: string;

  constructor(message: string, offset: number, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'GrokError';
    this.offset = offset;
    this.hint = hint;
  }
}
