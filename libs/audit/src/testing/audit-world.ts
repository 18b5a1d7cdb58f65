import { Correlation, type CorrelationRules, RecordWriter, type SideIndex } from '@logweave/correlation';
import { deadLetterRecord, type ProducerRecord, type RecordHeader } from '@logweave/event-log';
import { MemoryCluster } from '@logweave/event-log/memory';
import {
  DEFAULT_KEY_FIELDS,
  HEADERS,
  reject,
  type Side,
  type SourceRules,
  TOPICS,
  VirtualClock,
} from '@logweave/model';
import { auditLog, type CopiedTopic } from '../audit-log.ts';
import type { AuditPlan } from '../audit-plan.ts';
import type { AuditReport } from '../audit-report.ts';
import type { RowCounts } from '../compare-rows.ts';
import { explainKey } from '../explain/explain-key.ts';
import type { Explanation } from '../explain/explanation.ts';

/** A line of a source in the words of a test: `A 7 @100` is an HTTP event of port 7 at 100 ms; `+600` arrives so much later. */
export type TestLine = string;

/** A source line that is none. */
const GARBAGE = 'garbage';

const TEST_RULES: CorrelationRules = {
  mode: 'one_to_one',
  beforeNs: 100e6,
  afterNs: 100e6,
  skewNs: 10e6,
  networkTtlNs: 1e9,
  latenessNs: 500e6,
  lateGraceNs: 60e9,
  reasonMemoryNs: 60e9,
  replaySpanNs: null,
  sources: { A: source('A'), B: source('B') },
  emitOrphans: { A: true, B: false },
  excludeSourceIps: [],
  includeDestPorts: [],
  maxHeldEvents: 1e6,
  maxHeldBytes: 1e9,
  maxPerKey: 1e4,
  overflow: 'pause',
};

const TOPIC = {
  http: 't.http',
  network: 't.network',
  correlated: 't.correlated',
  state: 't.correlator-state',
  deadLetter: 't.dead-letter',
} as const;
const INPUTS = [TOPIC.http, TOPIC.network] as const;
const GROUP = 't.correlator';

export interface WorldOptions {
  readonly rules?: Partial<CorrelationRules>;
  readonly onStop?: 'emit' | 'keep';
  /** What of the results is committed; for making faults. */
  readonly results?: (results: ProducerRecord[]) => ProducerRecord[];
  readonly deadLetters?: (letters: ProducerRecord[]) => ProducerRecord[];
}

/** Topics in memory with one partition each, filled by the engine of the correlator and by a test's own hand. */
export class AuditWorld {
  readonly cluster = new MemoryCluster({ clock: new VirtualClock(), transactionMarkers: true });
  readonly rules: CorrelationRules;
  readonly baseMs: number;
  readonly #options: WorldOptions;
  readonly #next: [number, number] = [0, 0];
  readonly #results: ProducerRecord[] = [];
  readonly #deadLetters: ProducerRecord[] = [];
  #engine: Correlation;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.rules = { ...TEST_RULES, ...options.rules };
    this.baseMs = this.cluster.clock.wallMs();
    this.cluster.ensureTopic({ ...TOPICS.http, name: TOPIC.http, partitions: 1 });
    this.cluster.ensureTopic({ ...TOPICS.network, name: TOPIC.network, partitions: 1 });
    this.cluster.ensureTopic({ ...TOPICS.correlated, name: TOPIC.correlated, partitions: 1 });
    this.cluster.ensureTopic({ ...TOPICS['correlator-state'], name: TOPIC.state, partitions: 1 });
    this.cluster.ensureTopic({ ...TOPICS['dead-letter'], name: TOPIC.deadLetter, partitions: 1 });
    this.#engine = this.#newEngine();
  }

  /** Appends lines and gives them to the engine, which decides what it can. */
  send(...lines: readonly TestLine[]): this {
    for (const line of lines) {
      this.#take(...this.append(line));
      this.#engine.advance(0);
    }
    return this;
  }

  /** Appends a line that the correlator never reads. */
  append(line: TestLine): [SideIndex, ProducerRecord] {
    const { side, key, value, arrivalMs } = this.#parse(line);
    const record = { key: Buffer.from(key), value, headers: [], timestampMs: arrivalMs };
    this.cluster.append([{ topic: INPUTS[side], partition: 0, records: [record] }], null);
    return [side, record];
  }

  /** The correlator stops gracefully: everything is decided, and who comes next begins anew. */
  async stop(): Promise<this> {
    this.#engine.end();
    this.#engine = this.#newEngine();
    for (const side of [0, 1] as const) this.#engine.skipTo(side, this.#next[side]);
    await this.commit();
    return this;
  }

  /** Commits what was decided, after the test's hand was at it. */
  async commit(): Promise<this> {
    const { results = (same) => same, deadLetters = (same) => same } = this.#options;
    const producer = await this.cluster.connect().transactionalProducer('t');
    const stateRecords = this.#engine.takeStateRecords();
    const { offsets, metadata } = this.#engine.commitPoint();
    const timestampMs = this.cluster.clock.wallMs();
    const batches = [
      { topic: TOPIC.correlated, partition: 0, records: results(this.#results.splice(0)) },
      { topic: TOPIC.deadLetter, partition: 0, records: deadLetters(this.#deadLetters.splice(0)) },
      {
        topic: TOPIC.state,
        partition: 0,
        records: stateRecords.map(({ key, value }) => ({ key: Buffer.from(key), value, headers: [], timestampMs })),
      },
    ].filter(({ records }) => records.length > 0);
    const outcome = await producer.commit({
      batches,
      group: GROUP,
      offsets: INPUTS.map((topic, i) => ({
        topic,
        partition: 0,
        offset: offsets[i as SideIndex],
        metadata: metadata[i as SideIndex],
      })),
    });
    if (outcome.kind !== 'committed') throw new Error(`the commit was ${outcome.kind}`);
    await producer.close();
    return this;
  }

  /** The warehouse refuses a result, and its writer says so. */
  refuseRow(offset: number, topic: string = TOPIC.correlated, stage = 'clickhouse-writer'): void {
    const letter = deadLetterRecord({
      stage,
      rejection: reject('rejected_by_warehouse', 'a row that it cannot read'),
      key: null,
      value: null,
      arrivalMs: this.baseMs,
      source: { topic, partition: 0, offset },
    });
    this.cluster.append([{ topic: TOPIC.deadLetter, partition: 0, records: [letter] }], null);
  }

  get plan(): AuditPlan {
    return {
      topics: TOPIC,
      group: GROUP,
      rules: this.rules,
      onStop: this.#options.onStop ?? 'keep',
      start: { http: new Map(), network: new Map(), sinceMs: null },
    };
  }

  explain(key: string, atMs: number | null = null): Promise<Explanation> {
    const options = { key, atMs, aroundMs: 600_000, idleAfterMs: 1000, progress: () => {} };
    return explainKey(this.cluster.connect(), this.plan, options);
  }

  async audit(
    start: Partial<AuditPlan['start']> = {},
    rows: RowCounts | null = null,
    copied: readonly CopiedTopic[] = [],
  ): Promise<AuditReport> {
    const plan = { ...this.plan, start: { ...this.plan.start, ...start } };
    return auditLog(this.cluster.connect(), plan, { rows, copied, progress: () => {} });
  }

  #newEngine(): Correlation {
    const writer = new RecordWriter(this.rules.mode);
    const parent = (side: Side, offset: number): RecordHeader => ({
      name: side === 'A' ? HEADERS.parentA : HEADERS.parentB,
      value: Buffer.from(`${side === 'A' ? TOPIC.http : TOPIC.network}/0/${offset}`),
    });
    const add = (value: Buffer, arrivalMs: number, headers: readonly RecordHeader[]): void => {
      const { src_ip, src_port } = JSON.parse(value.toString()) as { src_ip: string; src_port: number };
      this.#results.push({ key: Buffer.from(`${src_ip}:${src_port}`), value, headers, timestampMs: arrivalMs });
    };
    return new Correlation(this.rules, {
      pair: (a, b, n) =>
        add(Buffer.from(writer.pair(a, b, n)), a.arrivalMs, [parent('A', a.offset), parent('B', b.offset)]),
      orphan: (event, reason, nearestNs) =>
        add(Buffer.from(writer.orphan(event, reason, nearestNs)), event.arrivalMs, [
          parent(event.side === 0 ? 'A' : 'B', event.offset),
        ]),
    });
  }

  #take(side: SideIndex, { key, value, timestampMs }: ProducerRecord): void {
    const offset = this.#next[side]++;
    const bytes = value ?? new Uint8Array();
    const rejection = this.#engine.add(side, offset, timestampMs, bytes, 0, bytes.length);
    if (rejection === null) return;
    const from = { topic: INPUTS[side], partition: 0, offset };
    this.#deadLetters.push(
      deadLetterRecord({ stage: 'test', rejection, key, value, arrivalMs: timestampMs, source: from }),
    );
  }

  #parse(line: TestLine): { side: SideIndex; key: string; value: Buffer; arrivalMs: number } {
    const match = /^([AB]) (\d+|garbage) @(\d+)(?: \+(\d+))?$/.exec(line);
    if (match === null) throw new Error(`'${line}' is no line of a test`);
    const [, side, port = '', at, delay = '0'] = match;
    const atMs = this.baseMs + Number(at);
    const text =
      port === GARBAGE
        ? 'no json'
        : `{"src_ip":"192.0.2.1","src_port":${port},"dst_port":443,"timestamp":${atMs}000000}`;
    return {
      side: side === 'A' ? 0 : 1,
      key: `192.0.2.1:${port}`,
      value: Buffer.from(text),
      arrivalMs: atMs + Number(delay),
    };
  }
}

function source(side: Side): SourceRules {
  return { side, keyFields: DEFAULT_KEY_FIELDS, time: 'event', maxFutureSkewMs: 300_000 };
}

/** A result record with these parents, as a correlator would write it. */
export function resultOf(a: number | null, b: number | null): ProducerRecord {
  const headers: RecordHeader[] = [];
  if (a !== null) headers.push({ name: HEADERS.parentA, value: Buffer.from(`${TOPIC.http}/0/${a}`) });
  if (b !== null) headers.push({ name: HEADERS.parentB, value: Buffer.from(`${TOPIC.network}/0/${b}`) });
  return { key: Buffer.from('192.0.2.1:1'), value: Buffer.from('{}'), headers, timestampMs: 0 };
}

/** Offenders as `kind topic/offset`. */
export function offenders({ offenders: found }: AuditReport): readonly string[] {
  return found.map(({ kind, topic, offset }) => `${kind} ${topic.replace('t.', '')}/${offset}`);
}
