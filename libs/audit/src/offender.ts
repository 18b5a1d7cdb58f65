/**
 * How an event breaks the equation. `lost`: it has no outcome. `doubled`: it has two. `wrong_pair`: its outcome is
 * another than the rules give. `unexpected`: a result that no event accounts for. `row_…`: a record that is not exactly
 * once in the warehouse.
 */
const OFFENDER_KINDS = [
  'lost',
  'doubled',
  'wrong_pair',
  'unexpected',
  'row_missing',
  'row_doubled',
  'row_surplus',
] as const;
export type OffenderKind = (typeof OFFENDER_KINDS)[number];

export interface Offender {
  readonly kind: OffenderKind;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The correlation key; null where it is not known. */
  readonly key: string | null;
  /** For people. */
  readonly why: string;
}

/** As record headers say a place. */
export function placeText({ topic, partition, offset }: Pick<Offender, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}/${offset}`;
}

/** Most offenders that are kept; the rest is counted. */
const KEPT = 1000;

/** Collects offenders: all are counted, the first are kept. */
export class Offenders {
  readonly kept: Offender[] = [];
  readonly counts: Record<OffenderKind, number> = Object.fromEntries(OFFENDER_KINDS.map((kind) => [kind, 0])) as Record<
    OffenderKind,
    number
  >;

  add(offender: Offender): void {
    this.counts[offender.kind]++;
    if (this.kept.length < KEPT) this.kept.push(offender);
  }

  get total(): number {
    return OFFENDER_KINDS.reduce((sum, kind) => sum + this.counts[kind], 0);
  }
}
