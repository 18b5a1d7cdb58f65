export type SpoolErrorCode =
  /** It holds as many bytes as it may. */
  | 'full'
  /** Another process has the directory. */
  | 'locked'
  /** What is in the directory is not a spool that can be gone on with. */
  | 'corrupt'
  | 'closed';

export class SpoolError extends Error {
  override readonly name = 'SpoolError';
  readonly code: SpoolErrorCode;

  constructor(code: SpoolErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
