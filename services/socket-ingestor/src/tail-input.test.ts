import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MemoryFault, MemoryCluster } from '@logweave/event-log/memory';
import { VirtualClock } from '@logweave/model';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIngestorMetrics } from './metrics.ts';
import { TailInput } from './tail-input.ts';

const GROUP = 't.tail.0123456789abcdef.access';
const topics = { raw: { name: 't.raw', partitions: 4 }, deadLetters: { name: 't.dead-letter', partitions: 2 } };

let directory: string;
let path: string;
let clock: VirtualClock;
let cluster: MemoryCluster;
let started: TailInput[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lw-'));
  path = join(directory, 'access.log');
  clock = new VirtualClock();
  cluster = new MemoryCluster({ clock });
  for (const { name, partitions } of Object.values(topics)) {
    cluster.ensureTopic({
      name,
      partitions,
      cleanup: 'delete',
      retentionMs: 1,
      retentionBytes: null,
      maxRecordBytes: 1 << 21,
    });
  }
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((input) => input.stop(Promise.resolve())));
  rmSync(directory, { recursive: true });
});

async function stop(input: TailInput): Promise<void> {
  const stopped = input.stop(new Promise(() => undefined));
  await clock.advance(1);
  await stopped;
}

function tail() {
  const failing: string[] = [];
  const failed: string[] = [];
  const metrics = new Registry();
  const input = new TailInput(
    {
      name: 'access',
      type: 'file',
      path,
      logType: 'SQUID_WEBPROXY',
      namespace: null,
      labels: {},
      maxLogBytes: 1_000,
      startAt: 'beginning',
      pollMs: 250,
    },
    {
      eventLog: cluster.connect(),
      clock,
      metrics: createIngestorMetrics(metrics, () => undefined),
      topics,
      group: GROUP,
      changed: () => undefined,
      failing: (error) => failing.push(error.message),
      failed: (error) => failed.push(error.message),
    },
  );
  started.push(input);
  const count = async (name: string): Promise<number> =>
    ((await metrics.getSingleMetric(`logweave_ingest_${name}`)?.get())?.values ?? []).reduce(
      (sum, { value }) => sum + value,
      0,
    );
  return { input, failing, failed, count };
}

/** Time passes, faster than for the disk, until so many records are there. */
async function until(holds: () => boolean): Promise<void> {
  for (let steps = 0; !holds(); steps++) {
    if (steps > 5_000) throw new Error('it does not come to hold');
    await clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function values(topic = 't.raw'): string[] {
  return cluster.records(topic).map(({ value }) => Buffer.from(value ?? []).toString());
}

test('lines go to one partition, under the name of their input, and in their order', async () => {
  const lines = Array.from({ length: 1_000 }, (_, i) => `line ${i}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const { input, count } = tail();
  await input.open();
  await until(() => values().length === 1_000);
  expect(values()).toEqual(lines);
  const records = cluster.records('t.raw');
  expect(new Set(records.map(({ key }) => Buffer.from(key ?? []).toString()))).toEqual(new Set(['access']));
  appendFileSync(path, `${'x'.repeat(1_001)}\nlast\n`);
  await until(() => values().length === 1_001);
  expect(values('t.dead-letter')).toEqual(['x'.repeat(1_001)]);
  expect([await count('lines_total'), await count('appended_records_total')]).toEqual([1_002, 1_002]);
  expect(await count('dead_letters_total')).toBe(1);
});

const commit = { on: 'commit' } as const;

test.each<[string, MemoryFault]>([
  ['is refused', { ...commit, kind: 'refuse' }],
  ['has its answer lost', { ...commit, kind: 'lose_answer' }],
  ['never arrives', { ...commit, kind: 'lose_request' }],
  ['is fenced', { ...commit, kind: 'fence' }],
])('fault 2: when a transaction %s each line is in the log once', async (_, fault) => {
  writeFileSync(path, 'one\ntwo\n');
  cluster.faults.plan(fault, { times: 2, after: 1 });
  const { input, failing, count } = tail();
  await input.open();
  await until(() => values().length >= 2);
  appendFileSync(path, 'three\n');
  await until(() => cluster.faults.outstanding === 0 && values().length >= 3);
  expect(values()).toEqual(['one', 'two', 'three']);
  expect(failing.length).toBeGreaterThanOrEqual(1);
  expect(await count('dead_letters_total')).toBe(0);
});

test('fault 10: while the log is away the file waits, and nothing of it is in memory', async () => {
  cluster.setAvailable(false);
  writeFileSync(path, 'one\n');
  const { input, failed } = tail();
  await input.open();
  for (let i = 0; i < 20; i++) await clock.advance(60_000);
  appendFileSync(path, 'two\n');
  expect(values()).toEqual([]);
  cluster.setAvailable(true);
  await until(() => values().length === 2);
  expect([values(), failed]).toEqual([['one', 'two'], []]);
});

test('fault 2: the next process goes on where the log says, through a rotation meanwhile', async () => {
  writeFileSync(path, 'one\ntwo\n');
  const first = tail();
  await first.input.open();
  await until(() => values().length === 2);
  await stop(first.input);
  appendFileSync(path, 'three\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'four\n');
  const second = tail();
  await second.input.open();
  await until(() => values().length === 4);
  expect(values()).toEqual(['one', 'two', 'three', 'four']);
});

test('fault 62: two that follow one file put each line into the log once', async () => {
  writeFileSync(path, '');
  const [first, second] = [tail(), tail()];
  await first.input.open();
  await second.input.open();
  const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`);
  for (const line of lines) {
    appendFileSync(path, `${line}\n`);
    await until(() => values().at(-1) === line);
  }
  expect(values()).toEqual(lines);
});

test('a file that is quiet keeps its position in a log that forgets what is old', async () => {
  writeFileSync(path, 'one\n');
  const { input } = tail();
  await input.open();
  await until(() => values().length === 1);
  const before = cluster.committed(GROUP, 0);
  // As a log does that keeps positions for a week.
  cluster.setCommitted(GROUP, 0, { offset: 0, metadata: 'forgotten' });
  for (let i = 0; i < 24 && cluster.committed(GROUP, 0)?.metadata === 'forgotten'; i++) {
    await clock.advance(900_000);
    await until(() => true);
  }
  await until(() => cluster.committed(GROUP, 0)?.metadata !== 'forgotten');
  expect(cluster.committed(GROUP, 0)).toEqual(before);
});

test('while paused nothing is read', async () => {
  writeFileSync(path, 'one\n');
  const { input } = tail();
  await input.open();
  await until(() => values().length === 1);
  input.pause();
  appendFileSync(path, 'two\n');
  for (let i = 0; i < 20; i++) await clock.advance(1_000);
  expect(values()).toEqual(['one']);
  input.resume();
  await until(() => values().length === 2);
});

test('a stop does not wait for a log that is away', async () => {
  writeFileSync(path, 'one\n');
  const { input } = tail();
  await input.open();
  await until(() => values().length === 1);
  cluster.setAvailable(false);
  truncateSync(path);
  appendFileSync(path, 'two\n');
  for (let i = 0; i < 5; i++) await clock.advance(250);
  await input.stop(Promise.resolve());
  cluster.setAvailable(true);
});
