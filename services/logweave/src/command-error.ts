/** 1: it failed. 2: wrong usage or configuration. */
export type FailureCode = 1 | 2;

/** Ends a command with a message for people and an exit code; nothing else is printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: FailureCode;

  constructor(message: string, exitCode: FailureCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
