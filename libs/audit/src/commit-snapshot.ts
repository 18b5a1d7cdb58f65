import { type CorrelationRules, decodeCommitMetadata, type SideIndex } from '@logweave/correlation';
import type { TopicPartition } from '@logweave/event-log';
import type { AuditPlan } from './audit-plan.ts';
import type { AuditedEvent } from './key-groups.ts';
import { type AuditedLog, readRange, watermarksOf } from './read-range.ts';

/** How far the correlator was when the audit began: what it has read, decided and holds. */
export class CommitSnapshot {
  /** Behind the last record that was taken, HTTP and network. */
  readonly next: readonly [number, number];
  readonly #offsets: readonly [number, number];
  /** Minus infinity: no moment has passed yet. */
  readonly watermark: { readonly ms: number; readonly ns: number };
  /** Keys with a checkpoint; of these, events before the committed offset may be held as well. */
  readonly #checkpointed: ReadonlySet<string>;

  constructor(
    offsets: readonly [number, number],
    metadata: readonly [string, string],
    checkpointed: ReadonlySet<string>,
  ) {
    const [http, network] = [decodeCommitMetadata(metadata[0]), decodeCommitMetadata(metadata[1])];
    this.next = [http.next, network.next];
    this.#offsets = offsets;
    this.watermark = { ms: http.watermarkMs, ns: http.watermarkNs };
    this.#checkpointed = checkpointed;
  }

  /**
   * Whether the event may be undecided without a fault. `baseMs`: from where its time counts. Any event may have come below
   * the watermark: its record says when it arrived, and not for how long a spool had it before it came into the log.
   */
  mayBeHeld(event: AuditedEvent, keyText: string, baseMs: number, rules: CorrelationRules): boolean {
    const side = event.side === 'A' ? 0 : 1;
    const watermark = this.watermark;
    if (event.offset < this.#offsets[side] && !this.#checkpointed.has(keyText)) return false;
    const waitNs = longestWaitNs(rules, side);
    const dueNs = Math.max(event.atNs, (event.arrivalMs - baseMs) * 1e6 + rules.lateGraceNs) + waitNs;
    return dueNs >= (watermark.ms - baseMs) * 1e6 + watermark.ns;
  }
}

/** The longest that an event in time waits for its decision, in event time. */
function longestWaitNs(rules: CorrelationRules, side: SideIndex): number {
  const { beforeNs, afterNs, skewNs, networkTtlNs } = rules;
  if (rules.mode === 'one_to_one') return side === 0 ? afterNs : beforeNs;
  return side === 0 ? Math.max(afterNs, skewNs) : networkTtlNs + skewNs;
}

/** What the correlator has committed of a partition; null: nothing yet. @throws Error on metadata that is none of its. */
export async function takeSnapshot(
  log: AuditedLog,
  plan: AuditPlan,
  inputs: readonly [TopicPartition, TopicPartition],
): Promise<CommitSnapshot | null> {
  const [http, network] = await log.committed(plan.group, inputs);
  if (!http || !network) return null;
  const checkpointed = new Set<string>();
  const state = { topic: plan.topics.state, partition: inputs[0].partition };
  const { low, stable } = await watermarksOf(log, state);
  for await (const records of readRange(log, state, low, stable)) {
    for (const { key, value } of records) {
      if (key === null) continue;
      const text = Buffer.from(key).toString();
      if (value === null) checkpointed.delete(text);
      else checkpointed.add(text);
    }
  }
  return new CommitSnapshot([http.offset, network.offset], [http.metadata, network.metadata], checkpointed);
}
