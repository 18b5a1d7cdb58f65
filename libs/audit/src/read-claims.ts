import type { SideIndex } from '@logweave/correlation';
import type { LogRecord, TopicPartition } from '@logweave/event-log';
import type { AuditPlan } from './audit-plan.ts';
import { Claims, type OffsetRange } from './claims.ts';
import { deadLetterSources } from './dead-letter-sources.ts';
import type { OffenderKind } from './offender.ts';
import { ProvenanceReader } from './provenance.ts';
import { type AuditedLog, readRange, watermarksOf } from './read-range.ts';

/** What reading the outputs needs beside the claims that it fills. */
export interface ClaimReading {
  readonly plan: AuditPlan;
  readonly inputs: readonly [TopicPartition, TopicPartition];
  readonly offend: (
    kind: OffenderKind,
    place: TopicPartition & { offset: number },
    key: string | null,
    why: string,
  ) => void;
  /** Called with how many records were read. */
  readonly progress: (records: number) => void;
}

export interface ClaimsRead {
  readonly claims: Claims;
  readonly results: number;
  /** Where the result topic ended; a position of its own for whoever compares rows. */
  readonly resultRange: OffsetRange;
  /** Results of events that arrived before are gone; minus infinity: none are. */
  readonly resultsSinceMs: number;
}

/** Reads the results and dead letters of one partition into claims on its inputs. */
export async function readClaims(
  log: AuditedLog,
  ranges: readonly [OffsetRange, OffsetRange],
  reading: ClaimReading,
): Promise<ClaimsRead> {
  const { plan, inputs, offend, progress } = reading;
  const claims = new Claims(ranges, plan.rules.mode === 'one_to_many');
  const place = { topic: plan.topics.correlated, partition: inputs[0].partition };
  const { low, stable } = await watermarksOf(log, place);
  const highs = await Promise.all(inputs.map(async (input) => (await watermarksOf(log, input)).high));
  const provenance = new ProvenanceReader(plan.topics.http, plan.topics.network, place.partition);
  let results = 0;
  let resultsSinceMs = Number.NEGATIVE_INFINITY;
  for await (const records of readRange(log, place, low, stable)) {
    if (results === 0 && low > 0) resultsSinceMs = goneBefore(records[0], plan);
    results += records.length;
    for (const record of records) {
      const { a, b, foreign } = provenance.read(record.headers);
      const odd = oddParent(a, b, foreign, highs);
      if (odd !== null) offend('unexpected', { ...place, offset: record.offset }, textOf(record.key), odd);
      else claim(claims, record, a, b, reading);
    }
    progress(records.length);
  }
  await readDeadLetters(log, claims, reading);
  return { claims, results, resultRange: { from: low, next: stable }, resultsSinceMs };
}

function oddParent(a: number, b: number, foreign: string | null, highs: readonly number[]): string | null {
  if (foreign !== null) return `its parent ${foreign} is no event of this partition`;
  if (a < 0 && b < 0) return 'it names no parent';
  if (a >= (highs[0] as number)) return `its parent A ${a} is behind the end of the topic`;
  if (b >= (highs[1] as number)) return `its parent B ${b} is behind the end of the topic`;
  return null;
}

function claim(claims: Claims, record: LogRecord, a: number, b: number, { plan, inputs, offend }: ClaimReading): void {
  const doubled = a >= 0 && b >= 0 ? claims.pair(a, b) : orphan(claims, record, a, b);
  if (doubled === 0) return;
  const why = `result ${plan.topics.correlated}/${inputs[0].partition}/${record.offset} is one outcome too many`;
  if ((doubled & 1) !== 0) offend('doubled', { ...inputs[0], offset: a }, textOf(record.key), why);
  if ((doubled & 2) !== 0) offend('doubled', { ...inputs[1], offset: b }, textOf(record.key), why);
}

const LATE = Buffer.from('"orphan_reason":"late"');
const EVICTED = Buffer.from('"orphan_reason":"evicted"');
/** The reason stands among the first fields. */
const REASON_WITHIN = 512;

function orphan(claims: Claims, { value }: LogRecord, a: number, b: number): number {
  const head = Buffer.from(value ?? []).subarray(0, REASON_WITHIN);
  const irregular = head.includes(LATE) || head.includes(EVICTED);
  if (a >= 0) return claims.orphan(0, a, irregular) ? 1 : 0;
  return claims.orphan(1, b, irregular) ? 2 : 0;
}

/** Results are in the order of decisions; one of an event that arrived so much later than the first that is left is there. */
function goneBefore(first: LogRecord | undefined, { rules }: AuditPlan): number {
  if (first === undefined) return Number.NEGATIVE_INFINITY;
  const spansNs = rules.beforeNs + rules.afterNs + rules.lateGraceNs + rules.latenessNs;
  const ttlNs = rules.mode === 'one_to_many' ? rules.networkTtlNs + rules.skewNs : 0;
  return first.timestampMs + (spansNs + ttlNs) / 1e6;
}

async function readDeadLetters(
  log: AuditedLog,
  claims: Claims,
  { plan, inputs, offend, progress }: ClaimReading,
): Promise<void> {
  const { deadLetter: topic } = plan.topics;
  const index = inputs[0].partition;
  // As the correlator chooses: the letters of a task all go to one.
  const partition = index % (await log.watermarks(topic)).length;
  for await (const { letter, ...source } of deadLetterSources(log, topic, partition, progress)) {
    if (source.partition !== index) continue;
    const side: SideIndex | -1 = source.topic === inputs[0].topic ? 0 : source.topic === inputs[1].topic ? 1 : -1;
    if (side === -1 || !claims.deadLetter(side, source.offset)) continue;
    const why = `dead letter ${topic}/${partition}/${letter.offset} is one outcome too many`;
    offend('doubled', source, textOf(letter.key), why);
  }
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString();
}
