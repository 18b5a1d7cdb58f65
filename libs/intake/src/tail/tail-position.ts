import { createHash } from 'node:crypto';

/** How many bytes in front of a position are remembered by their hash. */
export const WINDOW_BYTES = 1024;

/** Where in a file the next line begins, so that it is found again whatever the file is called by then. */
export interface TailPosition {
  /** The inode's number in decimal. */
  readonly inode: string;
  readonly offset: number;
  /** The bytes in front of the offset, at most `WINDOW_BYTES`: their number and SHA-256 in hex. */
  readonly windowBytes: number;
  readonly windowSha256: string;
}

/** `window`: the bytes in front of the offset, as far as they are known. */
export function tailPosition(inode: string, offset: number, window: Uint8Array): TailPosition {
  const kept = window.subarray(Math.max(0, window.length - WINDOW_BYTES));
  return { inode, offset, windowBytes: kept.length, windowSha256: createHash('sha256').update(kept).digest('hex') };
}

/** One line of text, far below what metadata of an offset may have. */
export function formatTailPosition({ inode, offset, windowBytes, windowSha256 }: TailPosition): string {
  return `1 ${inode} ${offset} ${windowBytes} ${windowSha256}`;
}

/** @throws Error when it is none */
export function parseTailPosition(text: string): TailPosition {
  const [, inode, offset, windowBytes, windowSha256] = /^1 (\d+) (\d{1,16}) (\d{1,4}) ([0-9a-f]{64})$/.exec(text) ?? [];
  if (inode === undefined || windowSha256 === undefined) throw new Error(`"${text}" is no position in a file`);
  return { inode, offset: Number(offset), windowBytes: Number(windowBytes), windowSha256 };
}
