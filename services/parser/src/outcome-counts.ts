/**
 * What became of the logs of one input partition, from an offset on. Committed with the offset that it is true for, as
 * its metadata: so that drops, which leave no record anywhere, can be proved to be drops.
 */
export interface OutcomeCounts {
  /** The first offset that was counted. */
  readonly from: number;
  /** Logs that became events, and these. */
  readonly parsed: number;
  readonly events: number;
  readonly deadLetters: number;
  /** Logs without a parser, which stay as they are. */
  readonly rawOnly: number;
  /** By label of their tag. */
  readonly dropped: Readonly<Record<string, number>>;
}

export function noOutcomes(from: number): OutcomeCounts {
  return { from, parsed: 0, events: 0, deadLetters: 0, rawOnly: 0, dropped: {} };
}

/** One log more. */
export type CountedOutcome =
  | { readonly kind: 'parsed'; readonly events: number }
  | { readonly kind: 'dead_letter' }
  | { readonly kind: 'raw_only' }
  | { readonly kind: 'dropped'; readonly tag: string };

/** Counts as it goes; `now` is what to commit. */
export class OutcomeCounter {
  #counts: OutcomeCounts;

  constructor(counts: OutcomeCounts) {
    this.#counts = counts;
  }

  get now(): OutcomeCounts {
    return this.#counts;
  }

  add(outcome: CountedOutcome): void {
    const counts = this.#counts;
    switch (outcome.kind) {
      case 'parsed':
        this.#counts = { ...counts, parsed: counts.parsed + 1, events: counts.events + outcome.events };
        return;
      case 'dead_letter':
        this.#counts = { ...counts, deadLetters: counts.deadLetters + 1 };
        return;
      case 'raw_only':
        this.#counts = { ...counts, rawOnly: counts.rawOnly + 1 };
        return;
      case 'dropped': {
        const { [outcome.tag]: before = 0 } = counts.dropped;
        this.#counts = { ...counts, dropped: { ...counts.dropped, [outcome.tag]: before + 1 } };
        return;
      }
      default:
        outcome satisfies never;
    }
  }
}

/** Text of a few hundred units: labels of tags are a closed set. */
export function encodeOutcomeCounts(counts: OutcomeCounts): string {
  return JSON.stringify({ v: 1, ...counts });
}

/** Null when somebody else has written it, as whoever resets offsets does. */
export function decodeOutcomeCounts(metadata: string): OutcomeCounts | null {
  let json: unknown;
  try {
    json = JSON.parse(metadata);
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null) return null;
  const fields = new Map<string, unknown>(Object.entries(json));
  if (fields.get('v') !== 1) return null;
  const [from, parsed, events, deadLetters, rawOnly] = ['from', 'parsed', 'events', 'deadLetters', 'rawOnly'].map(
    (name) => count(fields.get(name)),
  );
  const dropped = fields.get('dropped');
  if (from === undefined || parsed === undefined || events === undefined) return null;
  if (deadLetters === undefined || rawOnly === undefined || typeof dropped !== 'object' || dropped === null)
    return null;
  const tags = Object.entries(dropped).map(([tag, value]) => [tag, count(value) ?? 0] as const);
  return { from, parsed, events, deadLetters, rawOnly, dropped: Object.fromEntries(tags) };
}

/** Logs that have been counted. */
export function countedLogs({ parsed, deadLetters, rawOnly, dropped }: OutcomeCounts): number {
  return parsed + deadLetters + rawOnly + Object.values(dropped).reduce((sum, value) => sum + value, 0);
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
