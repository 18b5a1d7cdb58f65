import type { RecordBatch } from '@logweave/event-log';
import { HEADERS } from '@logweave/model';
import { ParserRegistry } from '@logweave/parser-registry';
import { createLogger, Redactor, systemClock } from '@logweave/service-kit';
import { afterEach, expect, it } from 'vitest';
import { readIncomingLog } from './incoming-log.ts';
import { parseLog, type ParseResult } from './parse-log.ts';
import { ParsePool } from './parse-pool.ts';
import { ServingParsers } from './serving-parsers.ts';
import { fakeEngine, fakeParserText } from './testing/fake-engine.ts';

const RULES = {
  trial: { logs: 0, maxFailureRatio: 1, withinMs: 0 },
  guard: { logs: 1_000, failureRatio: 1, action: 'go_on' },
} as const;
const TEXT = fakeParserText({ name: 'prebuilt', failsOn: 'bad', crashesOn: 'boom', endsOn: 'killer' });
const ENGINE = { engineModule: new URL('./testing/fake-engine.ts', import.meta.url).href, engineName: 'fakeEngine' };

let close = async (): Promise<void> => {};
afterEach(() => close());

function world(threads = 2) {
  const parsers = new ServingParsers(RULES, fakeEngine);
  parsers.update(new ParserRegistry([{ logType: 'T', version: '1', text: TEXT }]), 'T', 0);
  const lost = { threads: 0 };
  const log = createLogger({ level: 'fatal', format: 'json', redactor: new Redactor() });
  const onLost = (): void => void lost.threads++;
  const pool = new ParsePool({ threads, parsers, engine: ENGINE, clock: systemClock, log, onLost });
  close = () => pool.close();
  return { pool, parsers, lost };
}

function batchOf(texts: readonly string[], partition = 0, logType = 'T'): RecordBatch {
  const headers = [
    { name: HEADERS.logType, value: Buffer.from(logType) },
    { name: HEADERS.labels, value: Buffer.from('{"site":"x"}') },
  ];
  const records = texts.map((text, offset) => ({
    key: null,
    value: Buffer.from(text),
    headers,
    timestampMs: 1_700_000_000_000,
    offset,
  }));
  const nextOffset = texts.length;
  return { topic: 'raw', partition, records, fetchedOffset: 0, nextOffset, endOffset: nextOffset };
}

it('gives what this thread would have made of the logs, in their order', async () => {
  const { pool, parsers } = world();
  const texts = ['one', 'bad', 'boom', 'drop:X', 'nothing', 'events:3 entity', '', '\u{1F600} \u0000'];
  const parser = parsers.of('T')?.parser?.parser;
  if (parser === undefined) throw new Error('nothing serves T');
  for (const partition of [0, 1, 2]) {
    const batch = batchOf(texts, partition);
    const here = batch.records.map((record) => {
      const log = readIncomingLog(record, batch, null);
      if ('reason' in log) throw new Error(log.message);
      return bare(parseLog(log, record.value ?? Buffer.alloc(0), parser, fakeEngine));
    });
    const there = await pool.parse(batch, null);
    expect(there.map((ready) => ready?.label)).toEqual(texts.map(() => 'prebuilt/1'));
    expect(there.map((ready) => bare(ready?.result))).toEqual(here);
  }
});

it('leaves what nothing serves to whoever asks', async () => {
  const { pool } = world();
  expect(await pool.parse(batchOf(['one'], 0, 'OTHER'), null)).toEqual([null]);
  expect(await pool.parse(batchOf([]), null)).toEqual([]);
});

it('fault 34: a log that ends a thread is tried alone, is a crash then, and the others are parsed', async () => {
  const { pool, lost } = world(1);
  const results = await Promise.all([
    pool.parse(batchOf(['one', 'killer', 'two', 'killer']), null),
    pool.parse(batchOf(['three'], 1), null),
  ]);
  const [first, second] = results.map((ready) => ready.map((one) => one?.result.kind));
  expect(first).toEqual(['events', 'crashed', 'events', 'crashed']);
  expect(second).toEqual(['events']);
  expect(results[0]?.[1]?.result).toMatchObject({ message: 'it ended its thread: exit code 7' });
  expect(lost.threads).toBeGreaterThanOrEqual(2);
});

/** Bytes as text, to be compared. */
function bare(result: ParseResult | undefined): unknown {
  if (result?.kind !== 'events') return result;
  return result.events.map((event) => ({ ...event, value: String(Buffer.from(event.value)) }));
}
