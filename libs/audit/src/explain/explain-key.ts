import { partitionOf } from '@logweave/event-log';
import type { AuditPlan } from '../audit-plan.ts';
import type { OffsetRange } from '../claims.ts';
import { takeSnapshot } from '../commit-snapshot.ts';
import { type AuditedLog, firstSince, watermarksOf } from '../read-range.ts';
import { adviceFor } from './advice.ts';
import { decisionTimes } from './decision-times.ts';
import type { ExplainedEvent, Explanation } from './explanation.ts';
import { type KeyEvent, KeyScan } from './key-events.ts';
import { recordedOutcomes } from './recorded-outcomes.ts';

export interface ExplainOptions {
  /** The correlation key as on the records, canonical. */
  readonly key: string;
  /** Only what arrived around this moment; null: everything that the topics hold. */
  readonly atMs: number | null;
  /** How far around; a connection's whole life is worth seeing. */
  readonly aroundMs: number;
  /** After how much silence an input counts as idle. */
  readonly idleAfterMs: number;
  readonly progress: (done: number, all: number) => void;
}

/**
 * Why the events of a key did or did not join: what the topics say, what the engine says when they are played to it
 * again, and what follows for whoever runs it.
 * @throws EventLogError
 */
export async function explainKey(log: AuditedLog, plan: AuditPlan, options: ExplainOptions): Promise<Explanation> {
  const { key, atMs, aroundMs, idleAfterMs } = options;
  const { topics, rules } = plan;
  const partition = partitionOf(Buffer.from(key), (await log.watermarks(topics.http)).length);
  const place = (topic: string) => ({ topic, partition });
  const inputs = [place(topics.http), place(topics.network)] as const;
  const [from, to] = atMs === null ? [null, null] : [atMs - aroundMs, atMs + aroundMs];
  const snapshot = await takeSnapshot(log, plan, inputs);
  const ranges = [await rangeOf(log, inputs[0], from, to), await rangeOf(log, inputs[1], from, to)] as const;
  // A result may have been written long after its events came, and its record's time is theirs.
  const results = await rangeOf(log, place(topics.correlated), from === null ? null : from - aroundMs, null);
  const all = [...ranges, results].reduce((sum, range) => sum + range.next - range.from, 0);
  let done = 0;
  const progress = (records: number): void => options.progress((done += records), all);
  const recorded = await recordedOutcomes(log, key, topics, { ...place(topics.correlated), ...results }, progress);
  const scan = new KeyScan(key, rules, idleAfterMs);
  await scan.read(log, inputs, ranges, progress);
  scan.engine.end();
  const decided = decisionTimes(scan.events, rules);
  const events = scan.events
    .map((event) => explained(event, plan, partition, { recorded, scan, decided }))
    .sort((one, other) => (one.ms ?? one.arrivalMs) - (other.ms ?? other.arrivalMs) || one.ns - other.ns);
  const watermark = snapshot?.watermark ?? null;
  const explanation: Omit<Explanation, 'advice'> = {
    key,
    partition,
    events,
    watermarkMs: watermark !== null && Number.isFinite(watermark.ms) ? watermark.ms : null,
    typicalGapMs: scan.typicalGap.medianMs,
    typicalOver: scan.typicalGap.gapsMs.length,
    silences: scan.silences,
    otherPorts: { A: scan.otherPorts[0], B: scan.otherPorts[1] },
  };
  const held = (event: ExplainedEvent): boolean => {
    const source = scan.events.find(
      ({ side, offset }) => (side === 0) === (event.side === 'A') && offset === event.offset,
    );
    if (source?.time == null || snapshot === null) return snapshot === null;
    const [side, baseMs] = [source.side, source.time.ms];
    if (source.offset >= snapshot.next[side]) return true;
    const { offset, arrivalMs } = source;
    const audited = { side: event.side, offset, arrivalMs, delayMs: event.delayMs, atNs: source.time.ns };
    return snapshot.mayBeHeld(audited, key, baseMs, rules);
  };
  return { ...explanation, advice: adviceFor(explanation, plan, held) };
}

async function rangeOf(
  log: AuditedLog,
  place: { readonly topic: string; readonly partition: number },
  fromMs: number | null,
  toMs: number | null,
): Promise<OffsetRange> {
  const { low, stable } = await watermarksOf(log, place);
  const from = fromMs === null ? low : await firstSince(log, place, fromMs);
  return { from, next: toMs === null ? stable : Math.max(from, await firstSince(log, place, toMs)) };
}

function explained(
  { side, offset, time, arrivalMs, problem }: KeyEvent,
  { topics }: AuditPlan,
  partition: number,
  found: {
    readonly recorded: Awaited<ReturnType<typeof recordedOutcomes>>;
    readonly scan: KeyScan;
    readonly decided: ReadonlyMap<string, number>;
  },
): ExplainedEvent {
  const name = `${side}/${offset}`;
  return {
    side: side === 0 ? 'A' : 'B',
    topic: side === 0 ? topics.http : topics.network,
    partition,
    offset,
    ms: time?.ms ?? null,
    ns: time?.ns ?? 0,
    arrivalMs,
    recorded: found.recorded.get(name) ?? [],
    replayed: problem ?? found.scan.engine.outcome(side, offset),
    decidedMs: found.decided.get(name) ?? null,
    delayMs: time === null ? 0 : arrivalMs - time.ms,
  };
}
