import type { LogRecord, TopicPartition } from '@logweave/event-log';
import { ORPHAN_REASONS } from '@logweave/model';
import type { OffsetRange } from '../claims.ts';
import { deadLetterSources } from '../dead-letter-sources.ts';
import { ProvenanceReader } from '../provenance.ts';
import { type AuditedLog, readRange } from '../read-range.ts';
import type { ExplainedEvent, ExplainedOutcome } from './explanation.ts';

type Recorded = ExplainedEvent['recorded'][number];

/** What the result topic and the dead letters say of the events of one key, by `side/offset`. */
export async function recordedOutcomes(
  log: AuditedLog,
  key: string,
  topics: { readonly http: string; readonly network: string; readonly deadLetter: string },
  results: TopicPartition & OffsetRange,
  progress: (records: number) => void,
): Promise<ReadonlyMap<string, readonly Recorded[]>> {
  const found = new Map<string, Recorded[]>();
  const note = (side: 0 | 1, offset: number, recorded: Recorded): void => {
    const name = `${side}/${offset}`;
    const list = found.get(name);
    if (list === undefined) found.set(name, [recorded]);
    else list.push(recorded);
  };
  const wanted = Buffer.from(key);
  const provenance = new ProvenanceReader(topics.http, topics.network, results.partition);
  const { topic, partition } = results;
  for await (const records of readRange(log, { topic, partition }, results.from, results.next)) {
    for (const record of records) {
      if (record.key === null || !wanted.equals(record.key)) continue;
      const { a, b } = provenance.read(record.headers);
      const result = record.offset;
      if (a >= 0 && b >= 0) {
        note(0, a, { outcome: { kind: 'matched', partner: b }, result });
        note(1, b, { outcome: { kind: 'matched', partner: a }, result });
      } else if (a >= 0 || b >= 0) {
        note(a >= 0 ? 0 : 1, Math.max(a, b), { outcome: orphanOutcome(record), result });
      }
    }
    progress(records.length);
  }
  const letters = await log.watermarks(topics.deadLetter);
  for await (const source of deadLetterSources(log, topics.deadLetter, partition % letters.length, progress)) {
    if (source.partition !== partition) continue;
    const side = source.topic === topics.http ? 0 : source.topic === topics.network ? 1 : null;
    if (side === null) continue;
    const reason = source.letter.headers.find(({ name }) => name === 'reason')?.value ?? new Uint8Array();
    const outcome: ExplainedOutcome = { kind: 'dead_letter', reason: Buffer.from(reason).toString() };
    note(side, source.offset, { outcome, result: null });
  }
  return found;
}

function orphanOutcome({ value }: LogRecord): ExplainedOutcome {
  const text = Buffer.from(value ?? []).toString();
  const reason = /"orphan_reason":"([a-z_]+)"/.exec(text)?.[1];
  const nearest = /"orphan_nearest_ms":([0-9.]+)/.exec(text)?.[1];
  return {
    kind: 'orphan',
    reason: ORPHAN_REASONS.find((known) => known === reason) ?? null,
    nearestMs: nearest === undefined ? null : Number(nearest),
  };
}
