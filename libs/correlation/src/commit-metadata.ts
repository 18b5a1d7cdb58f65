/** What the metadata of a committed offset says: where one input of a task stands, and the task's time. */
export interface CommitMetadata {
  /** The next position to read; the committed offset may lie behind it. */
  readonly next: number;
  /** The task's watermark; minus infinity before the first. */
  readonly watermarkMs: number;
  readonly watermarkNs: number;
  /** The highest event time that the input has shown. */
  readonly inputMs: number;
  readonly inputNs: number;
}

const FORMAT = '1';

/** Under 100 characters: `1;next;ms.ns;ms.ns`, a missing time as `-`. */
export function encodeCommitMetadata(metadata: CommitMetadata): string {
  const { next, watermarkMs, watermarkNs, inputMs, inputNs } = metadata;
  return `${FORMAT};${next};${timeText(watermarkMs, watermarkNs)};${timeText(inputMs, inputNs)}`;
}

/** @throws Error when the text is not of this format: the offset was set by somebody else. */
export function decodeCommitMetadata(text: string): CommitMetadata {
  const parts = text.split(';');
  const next = /^[0-9]{1,16}$/.test(parts[1] ?? '') ? Number(parts[1]) : -1;
  const watermark = readTime(parts[2]);
  const input = readTime(parts[3]);
  if (parts.length !== 4 || parts[0] !== FORMAT || next < 0 || watermark === null || input === null) {
    throw new Error(`the committed offset carries metadata '${text.slice(0, 100)}' that no correlator wrote`);
  }
  return { next, watermarkMs: watermark.ms, watermarkNs: watermark.ns, inputMs: input.ms, inputNs: input.ns };
}

function timeText(ms: number, ns: number): string {
  return ms === Number.NEGATIVE_INFINITY ? '-' : ms === Number.POSITIVE_INFINITY ? '+' : `${ms}.${ns}`;
}

function readTime(text: string | undefined): { ms: number; ns: number } | null {
  if (text === '-') return { ms: Number.NEGATIVE_INFINITY, ns: 0 };
  if (text === '+') return { ms: Number.POSITIVE_INFINITY, ns: 0 };
  const match = /^(-?[0-9]{1,15})\.([0-9]{1,6})$/.exec(text ?? '');
  return match === null ? null : { ms: Number(match[1]), ns: Number(match[2]) };
}
