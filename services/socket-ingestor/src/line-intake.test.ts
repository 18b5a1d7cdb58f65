import { partitionOf } from '@logweave/event-log';
import { LineSplitter } from '@logweave/intake';
import { LIMITS, type SourceRules } from '@logweave/model';
import { expect, test } from 'vitest';
import { AppendQueue } from './append-queue.ts';
import { EagerClock } from './eager-clock.ts';
import { LineIntake } from './line-intake.ts';
import { RecordingEventLog } from './recording-event-log.ts';

const ARRIVAL_MS = 1_704_110_400_123;
const rules: SourceRules = {
  side: 'A',
  keyFields: ['src_ip', 'src_port'],
  time: 'event_or_arrival',
  maxFutureSkewMs: 300_000,
};

/** What becomes of a stream of these bytes. */
async function ingest(stream: string | Buffer, sourceRules = rules) {
  const log = new RecordingEventLog();
  const queue = new AppendQueue(
    { producer: await log.producer(), clock: new EagerClock(), maxHeldBytes: 1 << 30 },
    {
      full: () => undefined,
      room: () => undefined,
      appended: () => undefined,
      failed: (error) => expect.fail(error.message),
    },
  );
  const topics = { events: { name: 't.http', partitions: 4 }, deadLetters: { name: 't.dead-letter', partitions: 2 } };
  const intake = new LineIntake(sourceRules, topics, queue);
  intake.arrivalMs = ARRIVAL_MS;
  const limits = { maxLineBytes: LIMITS.sourceLineBytes, previewBytes: LIMITS.deadLetterPreviewBytes };
  const splitter = new LineSplitter(limits, intake);
  splitter.push(Buffer.from(stream));
  splitter.end();
  await queue.drained();
  return { log, intake };
}

async function reasonOf(line: string | Buffer): Promise<string | undefined> {
  const { log } = await ingest(line);
  return log.deadLetters()[0]?.reason;
}

test('a line becomes a record: canonical key, its own bytes, the arrival, the partition of its key', async () => {
  const line = '{"src_port":"443", "src_ip":"2001:DB8::0:1","a":1.0,"a":1e0}';
  const { log } = await ingest(`${line}\n`);
  const [record] = log.records('t.http');
  expect(Buffer.from(record?.key ?? []).toString()).toBe('[2001:db8::1]:443');
  expect(log.values('t.http')).toEqual([line]);
  expect(record?.timestampMs).toBe(ARRIVAL_MS);
  expect(record?.headers).toEqual([]);
  expect(log.batches[0]?.partition).toBe(partitionOf(Buffer.from('[2001:db8::1]:443'), 4));
});

test('a syslog head is not part of the record, but of the dead letter', async () => {
  const head = '<190>Nov 24 18:35:01 web1 nginx: ';
  const { log } = await ingest(`${head}{"src_ip":"192.0.2.1","src_port":1}\n${head}{"src_ip":"192.0.2.1"}\n`);
  expect(log.values('t.http')).toEqual(['{"src_ip":"192.0.2.1","src_port":1}']);
  expect(log.deadLetters().map(({ value }) => value.toString())).toEqual([`${head}{"src_ip":"192.0.2.1"}`]);
});

test('a dead letter says who refused it, why, when it came and which topic it was meant for', async () => {
  const { log, intake } = await ingest('not json\n');
  expect(log.records('t.dead-letter')[0]?.timestampMs).toBe(ARRIVAL_MS);
  expect(Object.fromEntries(log.deadLetters()[0]?.headers ?? [])).toEqual({
    stage: 'socket-ingestor',
    reason: 'bad_json',
    message: 'the line is not JSON (at byte 0)',
    source_topic: 't.http',
  });
  expect(intake.tally).toEqual({ lines: 1, bytes: 8, futureTimestamps: 0, deadLetters: new Map([['bad_json', 1]]) });
});

test('dead letters take turns among the partitions of their topic', async () => {
  const { log } = await ingest('x\ny\nz\n');
  expect(log.batches.map(({ partition, records }) => [partition, records.length])).toEqual([
    [0, 2],
    [1, 1],
  ]);
});

test('fault 36: a line at the limit is a record and one of a byte more is a dead letter with length and hash', async () => {
  const start = '{"src_ip":"192.0.2.1","src_port":1,"x":"';
  const line = (length: number): string => `${start}${'y'.repeat(length - start.length - 2)}"}`;
  const { log } = await ingest(`${line(LIMITS.sourceLineBytes)}\n${line(LIMITS.sourceLineBytes + 1)}\n`);
  expect(log.records('t.http').map((record) => record.value?.length)).toEqual([LIMITS.sourceLineBytes]);
  const [letter] = log.deadLetters();
  expect(letter?.reason).toBe('line_too_long');
  expect(letter?.value.length).toBe(4096);
  expect(letter?.headers.get('original_length')).toBe(String(LIMITS.sourceLineBytes + 1));
  expect(letter?.headers.get('original_sha256')).toMatch(/^[0-9a-f]{64}$/);
});

test('fault 38: invalid UTF-8 goes to dead-letter with its bytes', async () => {
  const line = Buffer.concat([
    Buffer.from('{"src_ip":"192.0.2.1","src_port":1,"x":"'),
    Buffer.of(0xff),
    Buffer.from('"}'),
  ]);
  const { log } = await ingest(line);
  expect(log.deadLetters().map(({ reason, value }) => [reason, value])).toEqual([['bad_utf8', line]]);
});

test('fault 38: an encoded lone surrogate is invalid UTF-8, an escaped one keeps its bytes', async () => {
  const encoded = Buffer.concat([
    Buffer.from('{"src_ip":"192.0.2.1","src_port":1,"x":"'),
    Buffer.of(0xed, 0xa0, 0x80),
    Buffer.from('"}'),
  ]);
  expect(await reasonOf(encoded)).toBe('bad_utf8');
  const escaped = '{"src_ip":"192.0.2.1","src_port":1,"x":"\\ud800"}';
  expect((await ingest(escaped)).log.values('t.http')).toEqual([escaped]);
});

test('fault 38: a bare NUL is no JSON and keeps its byte, an escaped one is an event', async () => {
  const bare = '{"src_ip":"192.0.2.1","src_port":1,"x":"\0"}';
  const { log } = await ingest(bare);
  expect(log.deadLetters().map(({ reason, value }) => [reason, value.toString()])).toEqual([['bad_json', bare]]);
  const escaped = '{"src_ip":"192.0.2.1","src_port":1,"x":"\\u0000"}';
  expect((await ingest(escaped)).log.values('t.http')).toEqual([escaped]);
});

test('fault 41: nesting at the limit passes, one deeper and 100,000 deep do not', async () => {
  const nested = (depth: number): string =>
    `{"src_ip":"192.0.2.1","src_port":1,"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  expect(await reasonOf(nested(LIMITS.jsonDepth))).toBeUndefined();
  expect(await reasonOf(nested(LIMITS.jsonDepth + 1))).toBe('too_deep');
  expect(await reasonOf(nested(100_000))).toBe('too_deep');
});

test('fault 42: names of the object prototype are names like any other', async () => {
  const line = '{"__proto__":{"src_ip":"203.0.113.9"},"constructor":1,"toString":2,"src_ip":"192.0.2.1","src_port":1}';
  const { log } = await ingest(line);
  expect(log.values('t.http')).toEqual([line]);
  expect(Buffer.from(log.records('t.http')[0]?.key ?? []).toString()).toBe('192.0.2.1:1');
  expect(await reasonOf('{"__proto__":{"src_ip":"192.0.2.1","src_port":1}}')).toBe('missing_key');
});

test('fault 42: as many names as allowed pass, one more and 100,000 do not', async () => {
  const line = (names: number): string =>
    `{"src_ip":"192.0.2.1","src_port":1${Array.from({ length: names - 2 }, (_, i) => `,"n${i}":0`).join('')}}`;
  expect(await reasonOf(line(LIMITS.jsonKeys))).toBeUndefined();
  expect(await reasonOf(line(LIMITS.jsonKeys + 1))).toBe('too_many_keys');
  expect(await reasonOf(`{${'"":0,'.repeat(100_000)}"":0}`)).toBe('too_many_keys');
});

test.each([
  ['::ffff:192.0.2.1', '"80"', '192.0.2.1:80'],
  ['2001:DB8:0::1', '0', '[2001:db8::1]:0'],
  ['192.0.2.1', '65535', '192.0.2.1:65535'],
])('fault 43: %s and port %s are the key %s', async (ip, port, key) => {
  const { log } = await ingest(`{"src_ip":"${ip}","src_port":${port}}`);
  expect(log.records('t.http').map((record) => Buffer.from(record.key ?? []).toString())).toEqual([key]);
});

test.each([
  ['fe80::1%eth0', '1'],
  ['192.0.2.1', '65536'],
  ['192.0.2.1', '-1'],
  ['192.0.2.1', '1.5'],
  ['192.0.2.1', '""'],
  ['192.0.2.256', '1'],
  ['example.com', '1'],
])('fault 43: %s and port %s are no key', async (ip, port) => {
  expect(await reasonOf(`{"src_ip":"${ip}","src_port":${port}}`)).toBe('bad_key');
});

test.each(['{"src_port":1}', '{"src_ip":"192.0.2.1"}', '{"src_ip":null,"src_port":1}', '{}'])(
  'fault 44: %s has no key and goes to no partition',
  async (line) => {
    expect(await reasonOf(line)).toBe('missing_key');
  },
);

test('a configured key of four fields is the record key', async () => {
  const line = '{"src_ip":"192.0.2.1","src_port":1,"dst_ip":"198.51.100.1","dst_port":443}';
  const { log } = await ingest(line, { ...rules, keyFields: ['src_ip', 'src_port', 'dst_ip', 'dst_port'] });
  expect(Buffer.from(log.records('t.http')[0]?.key ?? []).toString()).toBe('192.0.2.1:1>198.51.100.1:443');
});

test('an event of the far future is an event, and counted', async () => {
  const line = `{"src_ip":"192.0.2.1","src_port":1,"timestamp":${ARRIVAL_MS + 300_001}}`;
  const { log, intake } = await ingest(line);
  expect(log.values('t.http')).toEqual([line]);
  expect(intake.tally.futureTimestamps).toBe(1);
});

test('a time that is none goes to dead-letter', async () => {
  expect(await reasonOf('{"src_ip":"192.0.2.1","src_port":1,"timestamp":"yesterday"}')).toBe('bad_timestamp');
});
