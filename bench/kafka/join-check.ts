import { joinByOracle, type OracleEvent, type OracleRules } from '@logweave/audit';
import { type EventLog, murmur2 } from '@logweave/event-log';
import type { OutputTopics } from './arena.ts';
import type { InputEvent } from './join-input.ts';

/** How the records of a result topic compare with what the oracle says of the input. */
export interface JoinCheck {
  /** Outcomes by the oracle: pairs and orphans. */
  readonly expected: number;
  readonly right: number;
  readonly missing: number;
  /** Records that stand for no outcome. */
  readonly wrong: number;
  /** Outcomes that have more than one record. */
  readonly twice: number;
  /** Hashes of the values of pairs, by outcome. */
  readonly pairs: ReadonlyMap<string, number>;
}

/** An outcome is its key with the times of its two sides, `-` for none: no key of the input has one time twice on a side. */
export function expectedOutcomes(events: readonly InputEvent[], rules: OracleRules): ReadonlySet<string> {
  const outcomes = new Set<string>();
  const baseNs = events[0]?.ns ?? 0n;
  for (const [key, of] of Map.groupBy(events, (event) => event.key)) {
    const lines = of.map(({ side, ns }, offset): OracleEvent => ({ side, offset, atNs: Number(ns - baseNs) }));
    const time = (event: OracleEvent | null): string => String(event === null ? '-' : of[event.offset]?.ns);
    for (const { a, b } of joinByOracle(lines, rules)) outcomes.add(`${key} ${time(a)} ${time(b)}`);
  }
  return outcomes;
}

/** Reads the whole result topic. `events` are those of the keys that count; records of others are passed over. */
export async function checkJoin(
  log: EventLog,
  { correlated }: OutputTopics,
  events: readonly InputEvent[],
  expected: ReadonlySet<string>,
): Promise<JoinCheck> {
  const keys = new Set(events.map(({ key }) => key));
  const found = new Map<string, number>();
  const pairs = new Map<string, number>();
  for (const [partition, { stable }] of (await log.watermarks(correlated)).entries()) {
    const reader = await log.reader({ topic: correlated, partition }, 0);
    for (let at = 0; at < stable; ) {
      const batch = await reader.read({ timeoutMs: 1000 });
      at = batch.nextOffset;
      for (const { key, value } of batch.records) {
        const keyText = Buffer.from(key ?? []).toString();
        if (!keys.has(keyText)) continue;
        const bytes = Buffer.from(value ?? []);
        const text = bytes.toString();
        const [a, b] = [timeOf('a', text), timeOf('b', text)];
        const outcome = `${keyText} ${a} ${b}`;
        found.set(outcome, (found.get(outcome) ?? 0) + 1);
        if (a !== '-' && b !== '-') pairs.set(outcome, murmur2(bytes));
      }
    }
    await reader.close();
  }
  let right = 0;
  let wrong = 0;
  let twice = 0;
  for (const [outcome, count] of found) {
    if (count > 1) twice++;
    if (expected.has(outcome)) right++;
    else wrong += count;
  }
  return { expected: expected.size, right, missing: expected.size - right, wrong, twice, pairs };
}

/** How many pairs that both have are the same byte for byte, as far as a hash of 32 bits tells. */
export function equalRecords(one: JoinCheck, other: JoinCheck): { readonly equal: number; readonly both: number } {
  let equal = 0;
  let both = 0;
  for (const [outcome, hash] of one.pairs) {
    const others = other.pairs.get(outcome);
    if (others === undefined) continue;
    both++;
    if (others === hash) equal++;
  }
  return { equal, both };
}

/** By its text: as a number it would lose its last digits. */
function timeOf(side: 'a' | 'b', record: string): string {
  return new RegExp(`"${side}_timestamp":([0-9]+)`).exec(record)?.[1] ?? '-';
}
