import type { LogRecord, ReadableEventLog, TopicPartition } from '@logweave/event-log';
import { HEADERS } from '@logweave/model';
import type { ParserConfig, ParserInput } from './config.ts';
import { countedLogs, decodeOutcomeCounts, type OutcomeCounts } from './outcome-counts.ts';
import { STAGE } from './pending-output.ts';

/** How long a read waits before it looks again. */
const READ_MS = 1000;

export interface OutcomeReport {
  /** Logs up to the committed positions. */
  readonly logs: number;
  readonly parsed: number;
  readonly events: number;
  readonly deadLetters: number;
  readonly dropped: number;
  readonly rawOnly: number;
  /** What is not as it must be, in words; empty when every log has one outcome. */
  readonly findings: readonly string[];
}

export interface CheckedOutcomes {
  readonly from: Pick<ParserInput, 'topic' | 'group'>;
  readonly topics: Pick<ParserConfig['topics'], 'udm' | 'deadLetter'>;
}

/**
 * Proves from the topics alone that every log up to the committed position of its partition has one outcome: all of its
 * events, each once; or one dead letter; or neither, and then it is among the drops and raw-only logs that were counted in
 * the commits. Logs that retention has removed cannot be proved. Holds the outcome of each log in memory.
 * @throws EventLogError
 */
export async function checkOutcomes(
  eventLog: Pick<ReadableEventLog, 'watermarks' | 'reader' | 'committed'>,
  { from, topics }: CheckedOutcomes,
): Promise<OutcomeReport> {
  const inputs = await partitionsOf(eventLog, from.topic);
  const committed = await eventLog.committed(from.group, inputs);
  const checks = inputs.map((input) => new PartitionCheck(input));
  const checkOf = (record: LogRecord): [PartitionCheck, number] | null => {
    if (text(record, HEADERS.sourceTopic) !== from.topic) return null;
    const check = checks[Number(text(record, HEADERS.sourcePartition))];
    return check === undefined ? null : [check, Number(text(record, HEADERS.sourceOffset))];
  };
  for (const partition of await partitionsOf(eventLog, topics.udm)) {
    await readAll(eventLog, partition, (record) => {
      const found = checkOf(record);
      found?.[0].event(found[1], Number(text(record, HEADERS.eventIndex)), Number(text(record, HEADERS.eventCount)));
    });
  }
  for (const partition of await partitionsOf(eventLog, topics.deadLetter)) {
    await readAll(eventLog, partition, (record) => {
      if (text(record, HEADERS.stage) !== STAGE) return;
      const found = checkOf(record);
      found?.[0].deadLetter(found[1]);
    });
  }
  const report = { logs: 0, parsed: 0, events: 0, deadLetters: 0, dropped: 0, rawOnly: 0, findings: [] as string[] };
  for (const [index, check] of checks.entries()) {
    const commit = committed[index] ?? null;
    const counts = commit === null ? null : decodeOutcomeCounts(commit.metadata);
    await check.compare(eventLog, commit?.offset ?? null, counts);
    report.logs += check.logs;
    report.findings.push(...check.findings);
    if (counts === null) continue;
    report.parsed += counts.parsed;
    report.events += counts.events;
    report.deadLetters += counts.deadLetters;
    report.rawOnly += counts.rawOnly;
    report.dropped += Object.values(counts.dropped).reduce((sum, count) => sum + count, 0);
  }
  return report;
}

/** What the topics say of the logs of one partition. */
class PartitionCheck {
  readonly findings: string[] = [];
  logs = 0;
  readonly #input: TopicPartition;
  /** By offset: how many events the log has, and which of them were seen. */
  readonly #events = new Map<number, { readonly count: number; readonly seen: Set<number> }>();
  readonly #deadLetters = new Set<number>();

  constructor(input: TopicPartition) {
    this.#input = input;
  }

  event(offset: number, index: number, count: number): void {
    let log = this.#events.get(offset);
    if (log === undefined) {
      log = { count, seen: new Set() };
      this.#events.set(offset, log);
    }
    if (log.count !== count) this.#find(offset, `says that it has ${log.count} events, and ${count}`);
    if (log.seen.has(index)) this.#find(offset, `has event ${index} twice`);
    log.seen.add(index);
  }

  deadLetter(offset: number): void {
    if (this.#deadLetters.has(offset)) this.#find(offset, 'has two dead letters');
    this.#deadLetters.add(offset);
  }

  async compare(
    eventLog: Pick<ReadableEventLog, 'watermarks' | 'reader'>,
    committed: number | null,
    counts: OutcomeCounts | null,
  ): Promise<void> {
    const { topic, partition } = this.#input;
    if (committed !== null && counts === null) this.findings.push(`${topic}/${partition}: the commit has no counts`);
    const from = counts?.from ?? 0;
    const isCounted = (offset: number): boolean => offset >= from && offset < (committed ?? 0);
    await readAll(eventLog, this.#input, ({ offset }) => {
      if (isCounted(offset)) this.logs++;
    });
    for (const [offset, { count, seen }] of this.#events) {
      if (!isCounted(offset)) this.#find(offset, 'has events without a commit');
      if (seen.size !== count) this.#find(offset, `has ${seen.size} of its ${count} events`);
      if (this.#deadLetters.has(offset)) this.#find(offset, 'has events and a dead letter');
    }
    for (const offset of this.#deadLetters)
      if (!isCounted(offset)) this.#find(offset, 'has a dead letter without a commit');
    if (counts === null) return;
    const events = [...this.#events.values()].reduce((sum, { seen }) => sum + seen.size, 0);
    this.#equal('logs with events', this.#events.size, counts.parsed);
    this.#equal('events', events, counts.events);
    this.#equal('dead letters', this.#deadLetters.size, counts.deadLetters);
    this.#equal('logs', this.logs, countedLogs(counts));
  }

  #equal(what: string, found: number, counted: number): void {
    const { topic, partition } = this.#input;
    if (found !== counted) this.findings.push(`${topic}/${partition}: ${found} ${what}, but ${counted} were counted`);
  }

  #find(offset: number, what: string): void {
    const { topic, partition } = this.#input;
    this.findings.push(`${topic}/${partition}/${offset} ${what}`);
  }
}

async function partitionsOf(eventLog: Pick<ReadableEventLog, 'watermarks'>, topic: string): Promise<TopicPartition[]> {
  return (await eventLog.watermarks(topic)).map((_, partition) => ({ topic, partition }));
}

async function readAll(
  eventLog: Pick<ReadableEventLog, 'watermarks' | 'reader'>,
  partition: TopicPartition,
  take: (record: LogRecord) => void,
): Promise<void> {
  const { low = 0, stable = 0 } = (await eventLog.watermarks(partition.topic))[partition.partition] ?? {};
  if (low >= stable) return;
  const reader = await eventLog.reader(partition, low);
  try {
    for (let position = low; position < stable; ) {
      const batch = await reader.read({ timeoutMs: READ_MS });
      for (const record of batch.records) if (record.offset < stable) take(record);
      position = batch.nextOffset;
    }
  } finally {
    await reader.close();
  }
}

function text({ headers }: LogRecord, name: string): string | null {
  const header = headers.find((candidate) => candidate.name === name);
  return header === undefined ? null : Buffer.from(header.value).toString();
}
