import { type EventTime, readEventTime } from '@logweave/model';

/** What a DateTime holds: the columns of all tables keep to it. */
const MOST_SECONDS = 4_294_967_295;
const MOST_NANOS = BigInt(MOST_SECONDS) * 1_000_000_000n;
const MOST_MS = MOST_SECONDS * 1000;

const QUOTE = 0x22;
/** A JSON string in the making. */
const scratch = Buffer.alloc(256, QUOTE);
const read: EventTime = { ms: 0, ns: 0 };

/**
 * Nanoseconds since the epoch of an RFC 3339 time, null when it is none. What lies outside of 1970 to 2106 becomes the
 * nearer of these bounds.
 */
export function nanosOfText(text: string): bigint | null {
  // Nothing shorter or longer is a time.
  if (text.length < 20 || text.length > 64) return null;
  const end = scratch.write(text, 1) + 1;
  scratch[end] = QUOTE;
  // It reads a JSON value; a backslash of ours would escape something in it.
  if (text.includes('\\') || !readEventTime(scratch, 0, end + 1, read)) return null;
  const nanos = BigInt(read.ms) * 1_000_000n + BigInt(read.ns);
  if (nanos < 0n) return 0n;
  return nanos > MOST_NANOS ? MOST_NANOS : nanos;
}

/** The same of milliseconds since the epoch. */
export function nanosOfMs(ms: number): bigint {
  return BigInt(Math.min(Math.max(Math.trunc(ms), 0), MOST_MS)) * 1_000_000n;
}
