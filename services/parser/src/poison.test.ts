import { HEADERS, LIMITS } from '@logweave/model';
import { expect, it } from 'vitest';
import { headerText, ParserWorld } from './testing/parser-world.ts';

it('fault 34: a log that breaks the parser has one try, and the next ones are parsed', async () => {
  const world = new ParserWorld();
  const service = await world.start();
  world.sendAll('one', 'boom secret', 'two');
  await world.clock.advance(1_000);
  expect(world.events()).toEqual(['prebuilt: one', 'prebuilt: two']);
  expect(world.deadLetters()).toEqual(['parser_crashed: boom secret']);
  const [letter] = world.cluster.records(world.config.topics.deadLetter);
  // What broke is said, and not what was in the log.
  expect(headerText(letter?.headers ?? [], HEADERS.message)).toMatch(/^prebuilt\/1: RangeError in \S+$/);
  expect(service.readiness().ready).toBe(true);
  await world.crash();
  await world.start();
  await world.clock.advance(10_000);
  expect(world.deadLetters()).toHaveLength(1);
  expect(await world.outcomes()).toMatchObject({ logs: 3, parsed: 2, deadLetters: 1, findings: [] });
});

it('fault 61: a log type that nothing serves stays raw, or becomes a dead letter, and never a label', async () => {
  for (const [policy, letters] of [
    ['raw_only', 0],
    ['dead_letter', 500],
  ] as const) {
    const world = new ParserWorld({ parser: { on_unknown_log_type: policy } });
    await world.start();
    for (let i = 0; i < 500; i++) world.send('x', { logType: `TYPE_${i}` });
    await world.clock.advance(1_000);
    expect(world.deadLetters()).toEqual(Array.from({ length: letters }, () => 'no_parser: x'));
    expect(await world.metric('logs_total', { log_type: 'other' })).toBe(500);
    expect((await world.metrics.getSingleMetric('logweave_parser_logs_total')?.get())?.values).toHaveLength(1);
  }
});

it('fault 61: ten thousand headers and labels do not get into events', async () => {
  const world = new ParserWorld();
  await world.start();
  const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`label_${i}`, 'x']));
  const headers = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`h${i}`, 'x']));
  world.send('one', { headers });
  world.send('two', { headers: { [HEADERS.labels]: JSON.stringify(labels).slice(0, 50_000) } });
  const some = Object.fromEntries(Object.entries(labels).slice(0, 2_000));
  world.send('three', { headers: { [HEADERS.labels]: JSON.stringify(some) } });
  await world.clock.advance(1_000);
  const records = world.cluster.records(world.config.topics.udm);
  expect(records.map(({ headers: kept }) => kept.length < 20)).toEqual([true, true, true]);
  const counts = records.map(({ value }) => {
    const { labels: kept = {} } = JSON.parse(String(Buffer.from(value ?? []))) as { labels?: object };
    return Object.keys(kept).length;
  });
  // What is cut off is no JSON, and so no labels.
  expect(counts).toEqual([0, 0, LIMITS.labels]);
});

it('fault 38: bytes that are no UTF-8 are replaced for the parser, and stay in the dead letter', async () => {
  const world = new ParserWorld();
  await world.start();
  world.send(Buffer.from([0x61, 0xff, 0x20, 0x62]));
  world.send(Buffer.from([0x62, 0x61, 0x64, 0x20, 0xff]));
  await world.clock.advance(1_000);
  expect(world.events()).toEqual(['prebuilt: a\ufffd b']);
  const [letter] = world.cluster.records(world.config.topics.deadLetter);
  expect([...(letter?.value ?? [])]).toEqual([0x62, 0x61, 0x64, 0x20, 0xff]);
});

it('a few logs that make very many events do not get into one transaction', async () => {
  const world = new ParserWorld();
  await world.start();
  const word = 'x'.repeat(1_000);
  for (let i = 0; i < 40; i++) world.send(`events:1000 ${word}`);
  await world.clock.advance(5_000);
  expect(await world.outcomes()).toMatchObject({ logs: 40, parsed: 40, events: 40_000, findings: [] });
  expect(await world.metric('commits_total')).toBeGreaterThanOrEqual(3);
});

it('a log whose events are more than one log may make is a dead letter', async () => {
  const world = new ParserWorld();
  await world.start();
  world.send('events:10001');
  world.send(`events:4000 ${'x'.repeat(10_000)}`);
  world.send('fine');
  await world.clock.advance(2_000);
  expect(world.deadLetters().map((letter) => letter.slice(0, 32))).toEqual([
    'parse_limit_exceeded: events:100',
    'parse_limit_exceeded: events:400',
  ]);
  expect(world.events()).toEqual(['prebuilt: fine']);
});

it('fault 14: stops with an alarm when retention has removed logs that were not parsed', async () => {
  const world = new ParserWorld();
  await world.start();
  world.sendAll('one');
  await world.clock.advance(1_000);
  await world.stop();
  world.sendAll('two', 'three', 'four');
  const topic = 'logweave.raw';
  world.cluster.partition(world.cluster.partitionId(topic, 0)).low = 3;
  const service = await world.start();
  await world.clock.advance(1_000);
  expect((await service.failure).message).toContain('logweave.raw/0: offset 1 is the next to parse');
  expect(service.readiness().ready).toBe(false);
  expect(world.events()).toEqual(['prebuilt: one']);
});

it('gives the same log the same event ids, also when it is sent again from dead-letter', async () => {
  const world = new ParserWorld();
  await world.start();
  const source = { [HEADERS.sourceTopic]: 'logweave.raw', [HEADERS.sourcePartition]: '0', [HEADERS.sourceOffset]: '0' };
  world.send('events:2');
  world.send('events:2', { headers: source });
  world.send('events:2');
  await world.clock.advance(1_000);
  const idsOf = (): string[] =>
    world.cluster
      .records(world.config.topics.udm)
      .map(({ value }) => (JSON.parse(String(Buffer.from(value ?? []))) as { id: string }).id);
  const ids = idsOf();
  expect(ids.slice(2, 4)).toEqual(ids.slice(0, 2));
  expect(new Set(ids).size).toBe(4);

  // A letter that becomes a letter again, and at last an event.
  world.send('bad', { headers: source });
  await world.clock.advance(1_000);
  const [letter] = world.cluster.records(world.config.topics.deadLetter);
  const headers = Object.fromEntries(
    (letter?.headers ?? []).map(({ name, value }) => [name, String(Buffer.from(value))]),
  );
  expect(headers).toMatchObject({ [HEADERS.sourceOffset]: '3', [HEADERS.origin]: 'logweave.raw/0/0' });
  world.send('mended', { headers });
  await world.clock.advance(1_000);
  expect(idsOf().at(-1)).toBe(ids[0]);
});
