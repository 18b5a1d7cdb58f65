/**
 * What is to be inserted next, written into the offset metadata before it is tried. A writer that takes over, after
 * kill -9 or a rebalance, tries exactly the same ranges with exactly the same tokens, so that ClickHouse drops what it
 * already has. In particular a range that was split is never tried whole again: its halves may be there.
 */

/** Records of one partition, from the first offset to the last, that are inserted as one. */
export interface PlannedRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** The raw table holds these rows already (the view refused them there); they are filled in from it. */
  readonly fromRaw: boolean;
}

/** In the order of offsets. Empty: the next range is free to be chosen. */
export type Plan = readonly PlannedRange[];

const VERSION = 'w1';

/** One line, as `w1 0-499r 500-999`. A plan grows by one range each time its head is halved: it stays short. */
export function encodePlan(plan: Plan): string {
  if (plan.length === 0) return '';
  const ranges = plan.map(
    ({ firstOffset, lastOffset, fromRaw }) => `${firstOffset}-${lastOffset}${fromRaw ? 'r' : ''}`,
  );
  return [VERSION, ...ranges].join(' ');
}

/**
 * Reads what `encodePlan` wrote.
 * @throws Error for anything else: guessing could insert records twice.
 */
export function decodePlan(metadata: string): Plan {
  if (metadata === '') return [];
  const [version, ...words] = metadata.split(' ');
  const plan = words.map(decodeRange);
  if (version !== VERSION || plan.length === 0 || plan.includes(null)) {
    throw new Error(`The offset metadata is not this program's: ${JSON.stringify(metadata.slice(0, 80))}`);
  }
  return plan as Plan;
}

function decodeRange(word: string): PlannedRange | null {
  const match = /^(\d{1,16})-(\d{1,16})(r?)$/.exec(word);
  if (match === null) return null;
  return { firstOffset: Number(match[1]), lastOffset: Number(match[2]), fromRaw: match[3] === 'r' };
}
