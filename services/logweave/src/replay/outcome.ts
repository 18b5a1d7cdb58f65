import type { SampleEvent } from './sample.ts';

/**
 * A pair or an orphan as one line of text that says which events it is made of: the client, A's time and B's, in
 * nanoseconds, `-` where there is none. The warehouse writes the same of its rows (`readOutcomes` of the demo).
 */
export function outcomeOf(a: SampleEvent | null, b: SampleEvent | null): string {
  const event = a ?? b;
  if (event === null) throw new Error('an outcome of nothing: the truth names a line that is not there');
  const { src_ip, src_port } = JSON.parse(event.line) as { src_ip: string; src_port: number };
  return `${src_ip} ${src_port} ${a?.timeNs ?? '-'} ${b?.timeNs ?? '-'}`;
}

/** How far a list of outcomes is from the true one: what is missing of it and what it has too much. Both are sorted. */
export function differences(actual: readonly string[], expected: readonly string[]): Differences {
  const missing: string[] = [];
  const surplus: string[] = [];
  let i = 0;
  let j = 0;
  while (i < actual.length || j < expected.length) {
    const got = actual[i];
    const want = expected[j];
    if (got === want) {
      i++;
      j++;
    } else if (want === undefined || (got !== undefined && got < want)) {
      surplus.push(got ?? '');
      i++;
    } else {
      missing.push(want);
      j++;
    }
  }
  return { missing, surplus };
}

export interface Differences {
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

/** Of a result record, as `outcomeOf` writes it. Times are beyond what a number holds exactly, and the record begins with its own fields. */
export function outcomeOfRecord(line: string): string {
  const { src_ip, src_port } = JSON.parse(line) as { src_ip: string; src_port: number };
  const [a, b] = [/"a_timestamp":(\d+)/, /"b_timestamp":(\d+)/].map((time) => time.exec(line)?.[1] ?? '-');
  return `${src_ip} ${src_port} ${a} ${b}`;
}
