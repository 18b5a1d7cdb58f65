import type { Instant, RawLog } from '@logweave/parser-lang';

const NANOS_PER_SECOND = 1_000_000_000n;

/** An entry that is no log, with what is wrong. */
export class EntryProblem extends Error {
  override readonly name = 'EntryProblem';
}

/** A line of `--input entries`: one JSON object `{data, create_time?, timestamp?, collection_time?, timezone?}`. */
export function readEntry(line: string, createTime: Instant): RawLog {
  const entry = asObject(line);
  const data = entry.get('data');
  if (typeof data !== 'string') throw new EntryProblem('"data" must be the text of the log');
  const timestamp = timeOf(entry, 'timestamp');
  const collectionTime = timeOf(entry, 'collection_time');
  const timezone = entry.get('timezone') ?? '';
  if (typeof timezone !== 'string') throw new EntryProblem('"timezone" must be the name of a zone, as Europe/Berlin');
  return {
    text: data,
    createTime: timeOf(entry, 'create_time') ?? createTime,
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(collectionTime === undefined ? {} : { collectionTime }),
    ...(timezone === '' ? {} : { timezone }),
  };
}

function asObject(line: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new EntryProblem(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value));
  throw new EntryProblem('not a JSON object: write {"data": "the log"}');
}

function timeOf(entry: ReadonlyMap<string, unknown>, name: string): Instant | undefined {
  const value = entry.get(name);
  if (value === undefined || value === null || value === '') return undefined;
  const time = typeof value === 'string' ? instantOf(value) : undefined;
  if (time === undefined) throw new EntryProblem(`"${name}" must be a time as 2026-01-31T12:00:00Z`);
  return time;
}

/** The instant of an RFC 3339 text; undefined for other texts. */
export function instantOf(text: string): Instant | undefined {
  try {
    const nanoseconds = Temporal.Instant.from(text).epochNanoseconds;
    const nanos = ((nanoseconds % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
    return { seconds: Number((nanoseconds - nanos) / NANOS_PER_SECOND), nanos: Number(nanos) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
