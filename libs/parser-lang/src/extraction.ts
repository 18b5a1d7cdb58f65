/**
 * Why an extraction gave nothing, as a value: a bad log is no exception. The message is what follows
 * `filter NAME (n) failed: ` in the text that a user sees.
 */
export class Failure {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** A text within a message, in quotes and cut to a length that a user still reads. */
export function quoted(text: string): string {
  return JSON.stringify(text.length <= 128 ? text : `${text.slice(0, 128)}…`);
}
