import { HEADERS } from '@logweave/model';
import { describe, expect, it } from 'vitest';
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
