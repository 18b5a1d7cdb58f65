import { HEADERS, LIMITS } from '@logweave/model';
import { describe, expect, it } from 'vitest';
import { fakeParserText } from './testing/fake-engine.ts';
import { headerText, ParserWorld } from './testing/parser-world.ts';

describe('the parser', () => {
  it('makes events of raw logs, in their order, with where they come from', async () => {
    const world = new ParserWorld();
    await world.start();
    world.sendAll('one', 'two', 'three');
    await world.clock.advance(1_000);
    expect(world.events()).toEqual(['prebuilt: one', 'prebuilt: two', 'prebuilt: three']);
    const [, second] = world.cluster.records(world.config.topics.udm);
    const headers = Object.fromEntries(
      (second?.headers ?? []).map(({ name, value }) => [name, String(Buffer.from(value))]),
    );
    expect(headers).toEqual({
      log_type: 'TEST_LOG',
      parser_version: 'prebuilt/1',
      kind: 'event',
      source_topic: 'logweave.raw',
      source_partition: '0',
      source_offset: '1',
      event_index: '0',
      event_count: '1',
    });
    expect(await world.outcomes()).toMatchObject({ logs: 3, parsed: 3, events: 3, findings: [] });
  });

  it('gives every log one outcome: events, a drop, a dead letter, or none as it has no parser', async () => {
    const world = new ParserWorld();
    await world.start();
    world.sendAll('fine', 'a bad one', 'drop:TAG_UNSUPPORTED', 'drop:MINE', 'nothing', 'events:3 entity');
    world.send('whatever', { logType: 'NOBODYS' });
    world.send('whatever', { logType: null });
    await world.clock.advance(1_000);
    expect(world.events()).toEqual([
      'prebuilt: fine',
      ...Array.from({ length: 3 }, () => 'prebuilt: events:3 entity'),
      'entity: events:3 entity',
    ]);
    expect(world.deadLetters()).toEqual([
      'parse_failed: a bad one',
      'no_output: nothing',
      'missing_log_type: whatever',
    ]);
    expect(await world.outcomes()).toEqual({
      logs: 8,
      parsed: 2,
      events: 5,
      deadLetters: 3,
      dropped: 2,
      rawOnly: 1,
      findings: [],
    });
    const dropped = (reason: string) => world.metric('logs_total', { outcome: 'dropped', reason });
    expect([await dropped('TAG_UNSUPPORTED'), await dropped('other')]).toEqual([1, 1]);
    expect(await world.metric('logs_total', { log_type: 'other' })).toBe(2);
  });

  it('makes events of correlated logs with the parser of their log type', async () => {
    const text = fakeParserText({ name: 'correlated', failsOn: 'bad' });
    const world = new ParserWorld({ prebuilt: [{ logType: 'LOGWEAVE_CORRELATED', version: '1', text }] });
    await world.start();
    const [, correlated] = world.config.inputs;
    if (correlated === undefined) throw new Error('correlated logs are no input');
    const records = ['one', 'bad'].map((log) => ({ key: null, value: Buffer.from(log), headers: [], timestampMs: 1 }));
    world.cluster.append([{ topic: correlated.topic, partition: 0, records }], null);
    await world.clock.advance(1_000);
    expect(world.events()).toEqual(['correlated: one']);
    // In topic raw, to be parsed again, it would say its type.
    const [letter] = world.cluster.records(world.config.topics.deadLetter);
    expect(headerText(letter?.headers ?? [], HEADERS.logType)).toBe('LOGWEAVE_CORRELATED');
    expect(await world.outcomes(correlated)).toMatchObject({ logs: 2, parsed: 1, deadLetters: 1, findings: [] });
    expect(await world.outcomes()).toMatchObject({ logs: 0, findings: [] });
  });

  it('keeps no more headers of a log in its dead letter than the topic takes, and its type in any case', async () => {
    const world = new ParserWorld();
    await world.start();
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`header_${i}`, 'x'.repeat(1_000)]));
    world.send(`bad ${'x'.repeat(LIMITS.mergedRecordBytes - 4)}`, {
      logType: null,
      headers: { ...many, [HEADERS.logType]: 'TEST_LOG' },
    });
    await world.clock.advance(1_000);
    const [letter] = world.cluster.records(world.config.topics.deadLetter);
    expect(headerText(letter?.headers ?? [], HEADERS.logType)).toBe('TEST_LOG');
    expect(headerText(letter?.headers ?? [], HEADERS.reason)).toBe('parse_failed');
    expect(await world.outcomes()).toMatchObject({ logs: 1, deadLetters: 1, findings: [] });
  });

  it('keeps what says of which type a log is with its dead letter', async () => {
    const world = new ParserWorld();
    await world.start();
    world.send('bad', { headers: { [HEADERS.namespace]: 'plant' } });
    await world.clock.advance(1_000);
    const [letter] = world.cluster.records(world.config.topics.deadLetter);
    const of = (name: string) => headerText(letter?.headers ?? [], name);
    expect([of(HEADERS.logType), of(HEADERS.namespace), of(HEADERS.stage)]).toEqual(['TEST_LOG', 'plant', 'parser']);
    expect(of(HEADERS.message)).toBe('prebuilt/1: prebuilt cannot read it');
  });
});
