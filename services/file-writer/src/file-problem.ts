export type FileProblemCode =
  /** The path leads to a directory, a device, a pipe. */
  | 'not_a_file'
  /** Somebody shortened the file while it was written to, as `copytruncate` of logrotate does. */
  | 'changed_by_others'
  /** The commit came from a generation of the group that has passed. */
  | 'fenced';

/** Why the output file cannot be written at this moment. The writer retries from its last commit. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
  readonly code: FileProblemCode;

  constructor(code: FileProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'the directory does not exist',
  EIO: 'the disk reports an input/output error',
  EFBIG: 'the file would be larger than the file system or a limit allows',
};

/** Codes that have their own value of the metric's label `reason`. */
const LABELS: readonly string[] = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO'];

/** For people: what is wrong, without the call that found it. */
export function describeProblem(error: unknown): string {
  const code = codeOf(error);
  if (code !== null && SENTENCES[code] !== undefined) return `${SENTENCES[code]} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/** Out of a closed list, for a metric. */
export function problemLabel(error: unknown): string {
  const code = codeOf(error);
  return code !== null && LABELS.includes(code) ? code.toLowerCase() : 'other';
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
