import { partitionOf, recordBytes } from '@logweave/event-log';
import { LineAssembler, SyslogFramer } from '@logweave/intake';
import { LIMITS } from '@logweave/model';
import { expect, test } from 'vitest';
import type { RawOrigin } from './raw-config.ts';
import { RawIntake } from './raw-intake.ts';
import { AppendQueue } from './append-queue.ts';
import { EagerClock } from './eager-clock.ts';
import { RecordingEventLog } from './recording-event-log.ts';

const ARRIVAL_MS = 1_704_110_400_123;
const origin: RawOrigin = {
  name: 'squid',
  logType: 'SQUID_WEBPROXY',
  namespace: null,
  labels: {},
  maxLogBytes: LIMITS.rawLogBytes,
};
const topics = { raw: { name: 't.raw', partitions: 4 }, deadLetters: { name: 't.dead-letter', partitions: 2 } };

/** What becomes of a stream of these bytes from a sender. */
async function ingest(stream: string | Buffer, change: Partial<RawOrigin> = {}) {
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
  const own = { ...origin, ...change };
  const intake = new RawIntake(own, topics, queue);
  intake.begin(intake.sourceOf('192.0.2.1'), ARRIVAL_MS);
  const limits = { maxLineBytes: own.maxLogBytes, previewBytes: LIMITS.deadLetterPreviewBytes };
  const framer = new SyslogFramer('auto', limits, intake);
  framer.push(Buffer.from(stream));
  framer.end();
  await queue.drained();
  return { log, intake };
}

function headersOf(
  record: { readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[] } | undefined,
) {
  return Object.fromEntries((record?.headers ?? []).map(({ name, value }) => [name, Buffer.from(value).toString()]));
}

test('a log becomes a record: its bytes with the syslog head, the key of its sender, the arrival', async () => {
  const line = '<34>Oct 11 22:14:15 mymachine su: text\t';
  const { log } = await ingest(`${line}\n`);
  const [record] = log.records('t.raw');
  expect(log.values('t.raw')).toEqual([line]);
  expect(Buffer.from(record?.key ?? []).toString()).toBe('squid/192.0.2.1');
  expect(log.batches[0]?.partition).toBe(partitionOf(Buffer.from('squid/192.0.2.1'), 4));
  expect(record?.timestampMs).toBe(ARRIVAL_MS);
  expect(headersOf(record)).toEqual({
    log_type: 'SQUID_WEBPROXY',
    collection_time: '2024-01-01T12:00:00.123Z',
    input: 'squid',
  });
});

test('namespace and labels of the input are headers in UTF-8', async () => {
  const { log } = await ingest('x\n', { namespace: 'büro', labels: { site: 'köln', __proto__x: '1' } });
  expect(headersOf(log.records('t.raw')[0])).toMatchObject({
    namespace: 'büro',
    labels: '{"site":"köln","__proto__x":"1"}',
  });
});

test('fault 38: NUL, invalid UTF-8 and an encoded lone surrogate keep their bytes', async () => {
  const bytes = Buffer.from('<34>\0a\xff\xfe\xed\xa0\x80\0', 'latin1');
  const { log } = await ingest(Buffer.concat([bytes, Buffer.from('\n')]));
  expect(log.records('t.raw').map(({ value }) => Buffer.from(value ?? []).toString('hex'))).toEqual([
    bytes.toString('hex'),
  ]);
  expect(log.deadLetters()).toEqual([]);
});

test.each([LIMITS.rawLogBytes, LIMITS.rawLogBytesMax])(
  'fault 36: a log of %i bytes at its limit is a record, and a byte more a dead letter with length and hash',
  async (maxLogBytes) => {
    const { log, intake } = await ingest(`${'x'.repeat(maxLogBytes)}\n${'y'.repeat(maxLogBytes + 1)}\n`, {
      maxLogBytes,
    });
    expect(log.records('t.raw').map(({ value }) => value?.length)).toEqual([maxLogBytes]);
    const [letter] = log.deadLetters();
    expect(letter?.value.toString()).toBe('y'.repeat(4_096));
    expect(Object.fromEntries(letter?.headers ?? [])).toMatchObject({
      stage: 'socket-ingestor',
      reason: 'line_too_long',
      message: `a log of ${maxLogBytes + 1} bytes is over the limit of ${maxLogBytes}`,
      original_length: String(maxLogBytes + 1),
      original_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      source_topic: 't.raw',
      log_type: 'SQUID_WEBPROXY',
      input: 'squid',
      collection_time: '2024-01-01T12:00:00.123Z',
    });
    expect(intake.tally.lines).toBe(2);
  },
);

test('fault 36: 100 MB without a newline leave 4 KiB', async () => {
  const { log } = await ingest('');
  const intake = new RawIntake(origin, topics, { add: (_, __, { value }) => sizes.push(value?.length ?? 0) });
  const sizes: number[] = [];
  intake.begin(intake.sourceOf(null), ARRIVAL_MS);
  const lines = new LineAssembler({ maxLineBytes: origin.maxLogBytes, previewBytes: 4_096 }, intake);
  const part = Buffer.alloc(1 << 20, 'x');
  for (let i = 0; i < 100; i++) lines.keep(part, 0, part.length);
  lines.end();
  expect(sizes).toEqual([4_096]);
  expect(log.batches).toEqual([]);
});

test('a message of which only a part came is a dead letter with that part', async () => {
  const { log } = await ingest('7 <34>one12 <34>half');
  expect(log.values('t.raw')).toEqual(['<34>one']);
  expect(log.deadLetters().map(({ reason, value }) => [reason, value.toString()])).toEqual([
    ['bad_framing', '<34>half'],
  ]);
});

test('fault 61: the longest headers that a configuration can have leave a record within the limit of its topic', async () => {
  const labels = { x: 'y'.repeat(LIMITS.labelsBytes - '{"x":""}'.length) };
  const change = {
    name: 'n'.repeat(64),
    logType: 'T'.repeat(128),
    namespace: 's'.repeat(LIMITS.namespaceBytes),
    labels,
  };
  const { log } = await ingest('x'.repeat(LIMITS.rawLogBytes), change);
  const [record] = log.records('t.raw');
  expect(record?.value?.length).toBe(LIMITS.rawLogBytes);
  if (record === undefined) throw new Error('no record');
  expect(recordBytes(record)).toBeLessThan(LIMITS.rawLogBytes + LIMITS.headerAllowanceBytes);
});
