import { decodeCommitMetadata, encodeCommitMetadata } from '@logweave/correlation';
import type { CommittedOffset, EventLog, TransactionalProducer } from '@logweave/event-log';
import type { Clock } from '@logweave/model';
import type { CorrelatorConfig } from './config.ts';
import { beginningAt } from './task.ts';
import { type TaskPartitions, taskPartitions, transactionScope } from './task-partitions.ts';
import { readRange, watermarksOf } from './task-restore.ts';
import { checkTopics } from './topics-check.ts';

/** What stands in the way of a partition, and what accepting it means. Offsets are those of HTTP and network. */
export type ResetFinding =
  | { readonly partition: number; readonly kind: 'in_order' }
  /** Somebody else has set the offsets: the task begins anew there and forgets what it held. */
  | { readonly partition: number; readonly kind: 'foreign_offsets'; readonly beginsAt: readonly [number, number] }
  /** Retention has removed records that the task has not decided: so many of each input are given up. */
  | { readonly partition: number; readonly kind: 'removed_records'; readonly givenUp: readonly [number, number] };

type Rules = Pick<CorrelatorConfig, 'topics' | 'group' | 'transactionalIdPrefix'>;
type Readable = Pick<EventLog, 'watermarks' | 'committed' | 'reader'>;

export interface AcceptResetDeps {
  readonly eventLog: Readable & Pick<EventLog, 'transactionalProducer'>;
  readonly clock: Clock;
}

/** What stands in the way of each partition. @throws EventLogError */
export async function findResets(rules: Rules, eventLog: Readable): Promise<readonly ResetFinding[]> {
  const findings: ResetFinding[] = [];
  for (const partitions of await allPartitions(rules, eventLog)) {
    findings.push((await planFor(eventLog, rules.group, partitions)).finding);
  }
  return findings;
}

/**
 * Makes tasks begin where their group's offsets stand although a correlator refuses to: after somebody has reset them, or
 * after records were removed that had not been decided. Fences a correlator that runs; its tasks come back by themselves.
 * @throws EventLogError
 */
export async function acceptResets(
  rules: Rules,
  { eventLog, clock }: AcceptResetDeps,
): Promise<readonly ResetFinding[]> {
  const { group, transactionalIdPrefix } = rules;
  const findings: ResetFinding[] = [];
  for (const partitions of await allPartitions(rules, eventLog)) {
    let plan = await planFor(eventLog, group, partitions);
    if (plan.finding.kind !== 'in_order') {
      const producer = await eventLog.transactionalProducer(
        `${transactionalIdPrefix}.${partitions.index}`,
        transactionScope(group, partitions),
      );
      try {
        // Once more: whoever was fenced by this may have come to an end meanwhile.
        plan = await planFor(eventLog, group, partitions);
        await carryOut(plan, { eventLog, clock, group, partitions, producer });
      } finally {
        await producer.close();
      }
    }
    findings.push(plan.finding);
  }
  return findings;
}

async function allPartitions({ topics }: Rules, eventLog: Readable): Promise<readonly TaskPartitions[]> {
  const { deadLetterPartitions } = await checkTopics(eventLog, topics);
  const inputs = await eventLog.watermarks(topics.http);
  return inputs.map((_, index) => taskPartitions(topics, index, deadLetterPartitions));
}

interface Committed {
  readonly lows: readonly [number, number];
  readonly offsets: readonly [CommittedOffset | null, CommittedOffset | null];
}

interface Plan {
  readonly finding: ResetFinding;
  readonly offsets: readonly [number, number];
  readonly metadata: readonly [string, string];
}

async function planFor(eventLog: Readable, group: string, { inputs, index }: TaskPartitions): Promise<Plan> {
  const [http, network] = await Promise.all(inputs.map((input) => watermarksOf(eventLog, input)));
  const [a = null, b = null] = await eventLog.committed(group, inputs);
  return planOf({ lows: [http?.low ?? 0, network?.low ?? 0], offsets: [a, b] }, index);
}

function planOf({ lows, offsets: [http, network] }: Committed, partition: number): Plan {
  if (http === null && network === null) return { finding: { partition, kind: 'in_order' }, ...beginningAt(lows) };
  if (http === null || network === null || isForeign(http) || isForeign(network)) {
    const beginsAt = [Math.max(http?.offset ?? 0, lows[0]), Math.max(network?.offset ?? 0, lows[1])] as const;
    return { finding: { partition, kind: 'foreign_offsets', beginsAt }, ...beginningAt(beginsAt) };
  }
  const givenUp = [Math.max(0, lows[0] - http.offset), Math.max(0, lows[1] - network.offset)] as const;
  const removed = givenUp.some((records) => records > 0);
  const finding: ResetFinding = removed
    ? { partition, kind: 'removed_records', givenUp }
    : { partition, kind: 'in_order' };
  return {
    finding,
    offsets: [http.offset + givenUp[0], network.offset + givenUp[1]],
    // Time and checkpoints stay: what they hold is decided as it would have been.
    metadata: [movedTo(http.metadata, lows[0]), movedTo(network.metadata, lows[1])],
  };
}

function isForeign({ metadata }: CommittedOffset): boolean {
  try {
    decodeCommitMetadata(metadata);
    return false;
  } catch {
    return true;
  }
}

function movedTo(text: string, low: number): string {
  const metadata = decodeCommitMetadata(text);
  return encodeCommitMetadata({ ...metadata, next: Math.max(metadata.next, low) });
}

interface ResetParts extends AcceptResetDeps {
  readonly group: string;
  readonly partitions: TaskPartitions;
  readonly producer: TransactionalProducer;
}

async function carryOut({ finding, offsets, metadata }: Plan, parts: ResetParts): Promise<void> {
  const { clock, group, partitions, producer } = parts;
  if (finding.kind === 'in_order') return;
  const timestampMs = clock.wallMs();
  const keys = finding.kind === 'foreign_offsets' ? await stateKeys(parts) : new Set<string>();
  const records = [...keys].map((key) => ({ key: Buffer.from(key), value: null, headers: [], timestampMs }));
  const outcome = await producer.commit({
    batches: records.length === 0 ? [] : [{ ...partitions.state, records }],
    group,
    offsets: partitions.inputs.map((input, i) => ({
      ...input,
      offset: offsets[i as 0 | 1],
      metadata: metadata[i as 0 | 1],
    })),
  });
  if (outcome.kind === 'committed') return;
  const why = outcome.kind === 'fenced' ? 'a correlator has taken the partition meanwhile' : outcome.error.message;
  throw new Error(`partition ${partitions.index} could not be set: ${why}. Try again`);
}

/** Of checkpoints that hold events from before the reset. */
async function stateKeys({ eventLog, partitions }: ResetParts): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const { stable } = await watermarksOf(eventLog, partitions.state);
  await readRange(eventLog, partitions.state, 0, stable, ({ key, value }) => {
    if (key === null) return;
    if (value === null) keys.delete(Buffer.from(key).toString());
    else keys.add(Buffer.from(key).toString());
  });
  return keys;
}
