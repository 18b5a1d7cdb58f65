import { deactivateVersion, rollBack } from '@logweave/parser-registry';
import { describe, expect, it } from 'vitest';
import { LOG_TYPE, ParserWorld } from './testing/parser-world.ts';

const GUARD = { guard: { logs: 10, failure_ratio: 0.9 } };

describe('a change of parsers', () => {
  it('takes effect between two logs, without a restart', async () => {
    const world = new ParserWorld();
    await world.start();
    world.send('one');
    await world.clock.advance(1_000);
    await world.activate({ name: 'mine' });
    world.send('two');
    await world.clock.advance(1_000);
    expect(world.events()).toEqual(['prebuilt: one', 'mine: two']);
    expect(await world.metric('logs_total', { version: 'custom/1', outcome: 'parsed' })).toBe(1);
  });

  it('is what a process that starts later begins with', async () => {
    const world = new ParserWorld();
    await world.activate({ name: 'mine' });
    await world.start();
    world.send('one');
    await world.clock.advance(1_000);
    expect(world.events()).toEqual(['mine: one']);
  });

  it('serves a log type that had no parser', async () => {
    const world = new ParserWorld();
    await world.start();
    world.send('before', { logType: 'NEW_TYPE' });
    await world.clock.advance(1_000);
    await world.activate({ name: 'mine' }, 'NEW_TYPE');
    world.send('after', { logType: 'NEW_TYPE' });
    await world.clock.advance(1_000);
    expect(world.events()).toEqual(['mine: after']);
    expect(await world.outcomes()).toMatchObject({ rawOnly: 1, parsed: 1, findings: [] });
  });

  it('adds what an extension makes to the events of the base parser', async () => {
    const world = new ParserWorld();
    await world.start();
    await world.activate({ name: 'extended' }, LOG_TYPE, 'extension');
    world.sendAll('one', 'a bad one');
    await world.clock.advance(2_000);
    expect(world.events()).toEqual(['extended: one']);
    expect(world.deadLetters()).toEqual(['parse_failed: a bad one']);
    expect(await world.metric('logs_total', { version: 'prebuilt/1+extension/1', outcome: 'parsed' })).toBe(1);
  });

  it('can be taken back by one step', async () => {
    const world = new ParserWorld();
    await world.start();
    await world.activate({ name: 'first' });
    await world.activate({ name: 'second' });
    const editor = { author: 'test', nowMs: world.clock.wallMs(), seenRevision: null };
    await world.change((registry) => rollBack(registry, { logType: LOG_TYPE }, editor));
    world.send('one');
    await world.clock.advance(1_000);
    expect(world.events()).toEqual(['first: one']);
  });

  it('passes over records of the topic that cannot be read', async () => {
    const world = new ParserWorld();
    await world.start();
    const record = { key: Buffer.from('TEST_LOG/custom/9'), value: Buffer.from('{'), headers: [], timestampMs: 0 };
    world.cluster.append([{ topic: world.config.topics.parsers, partition: 0, records: [record] }], null);
    await world.activate({ name: 'mine' });
    world.send('one');
    await world.clock.advance(1_000);
    expect(world.events()).toEqual(['mine: one']);
    expect(await world.metric('registry_problems_total')).toBe(1);
  });
});

describe('a bad parser', () => {
  it('fault 47: is rolled back by itself, and loses no log that the one before can parse', async () => {
    const world = new ParserWorld({ parser: { trial: { logs: 100, max_failure_ratio: 0.05 } } });
    await world.start();
    await world.activate({ name: 'wrong', failsOn: '*' });
    for (let i = 0; i < 20; i++) world.send(`log ${i}`);
    await world.clock.advance(2_000);
    expect(world.events()).toEqual(Array.from({ length: 20 }, (_, i) => `prebuilt: log ${i}`));
    const registry = await world.registry();
    expect(registry.active(LOG_TYPE)?.label).toBe('prebuilt/1');
    expect(registry.version(LOG_TYPE, 'custom', 1)).toMatchObject({
      state: 'FAILED',
      validation: {
        failed: 6,
        message: expect.stringContaining('failed on 6 of 6 logs that prebuilt/1 can parse') as unknown,
      },
    });
    expect(registry.activation(LOG_TYPE)).toMatchObject({ author: 'parser service', revision: 2 });
    expect(await world.metric('rollbacks_total', { outcome: 'done' })).toBe(1);
    expect(await world.outcomes()).toMatchObject({ logs: 20, parsed: 20, findings: [] });
  });

  it('fault 47: is not blamed for logs that the one before cannot parse either', async () => {
    const world = new ParserWorld({ parser: { trial: { logs: 20 } } });
    await world.start();
    await world.activate({ name: 'mine', failsOn: 'bad' });
    for (let i = 0; i < 30; i++) world.send(i % 2 === 0 ? `bad ${i}` : `fine ${i}`);
    await world.clock.advance(2_000);
    expect((await world.registry()).active(LOG_TYPE)?.label).toBe('custom/1');
    expect(world.deadLetters()).toHaveLength(15);
  });

  it('fault 47: that does not compile is rolled back without a log', async () => {
    const world = new ParserWorld();
    await world.start();
    await world.activate('no parser at all');
    world.send('one');
    await world.clock.advance(2_000);
    expect(world.events()).toEqual(['prebuilt: one']);
    expect((await world.registry()).active(LOG_TYPE)?.label).toBe('prebuilt/1');
  });

  it('fault 35: that does not compile, with none before it, stops its logs or makes dead letters of them', async () => {
    for (const [action, letters] of [
      ['stop', []],
      ['go_on', ['no_parser: one', 'no_parser: two']],
    ] as const) {
      const world = new ParserWorld({ prebuilt: [], parser: { guard: { action } } });
      const service = await world.start();
      await world.activate('no parser at all');
      world.sendAll('one', 'two');
      await world.clock.advance(2_000);
      expect(world.deadLetters()).toEqual(letters);
      expect(service.readiness().ready).toBe(action === 'go_on');
    }
  });

  it('fault 47: that was taken out of service is not brought back by what comes after it', async () => {
    const world = new ParserWorld({ parser: { trial: { logs: 100, max_failure_ratio: 0 } } });
    await world.start();
    await world.activate({ name: 'mine' });
    const editor = { author: 'test', nowMs: world.clock.wallMs(), seenRevision: null };
    await world.change((registry) => deactivateVersion(registry, { logType: LOG_TYPE, kind: 'custom' }, editor));
    world.send('bad');
    await world.clock.advance(2_000);
    expect(world.deadLetters()).toEqual(['parse_failed: bad']);
    expect((await world.registry()).active(LOG_TYPE)?.label).toBe('prebuilt/1');
  });

  it('fault 47: is not rolled back over a change that came since', async () => {
    const world = new ParserWorld({ parser: { trial: { logs: 100 } } });
    await world.start();
    world.cluster.faults.plan({ on: 'open', kind: 'delay', ms: 5_000 }, { where: 'logweave.parsers.editor', after: 2 });
    await world.activate({ name: 'wrong', failsOn: '*' });
    for (let i = 0; i < 20; i++) world.send(`log ${i}`);
    await world.clock.advance(1_000);
    await world.activate({ name: 'right' });
    await world.clock.advance(20_000);
    world.send('after');
    await world.clock.advance(1_000);
    expect(world.events().at(-1)).toBe('right: after');
    expect(await world.metric('rollbacks_total', { outcome: 'superseded' })).toBe(1);
  });

  it('fault 47: keeps what failed after its trial, with the version that failed, to be parsed again', async () => {
    const world = new ParserWorld({ parser: { trial: { logs: 5 } } });
    await world.start();
    await world.activate({ name: 'mine', failsOn: 'odd' });
    for (let i = 0; i < 5; i++) world.send(`fine ${i}`);
    await world.clock.advance(1_000);
    world.send('odd');
    await world.clock.advance(1_000);
    expect(world.deadLetters()).toEqual(['parse_failed: odd']);
  });

  it('fault 35: stops the partition when almost nothing can be parsed, and goes on with another parser', async () => {
    const world = new ParserWorld({ parser: GUARD });
    const service = await world.start();
    for (let i = 0; i < 20; i++) world.send(`bad ${i}`);
    world.send('other', { logType: 'NOBODYS' });
    await world.clock.advance(2_000);
    expect(world.deadLetters()).toHaveLength(10);
    expect(service.readiness()).toEqual({
      ready: false,
      detail:
        'Stopped: 10 of the last 10 logs of type TEST_LOG failed with prebuilt/1. Activate another parser, or see parser.guard.',
    });
    expect(await world.metric('held')).toBe(1);
    await world.activate({ name: 'right' });
    await world.clock.advance(2_000);
    expect(world.events()).toEqual(Array.from({ length: 10 }, (_, i) => `right: bad ${i + 10}`));
    expect(service.readiness().ready).toBe(true);
    expect(await world.outcomes()).toMatchObject({ logs: 21, parsed: 10, deadLetters: 10, rawOnly: 1, findings: [] });
  });

  it('fault 35: is let shovel when the configuration says so', async () => {
    const world = new ParserWorld({ parser: { guard: { ...GUARD.guard, action: 'go_on' } } });
    const service = await world.start();
    for (let i = 0; i < 20; i++) world.send(`bad ${i}`);
    await world.clock.advance(2_000);
    expect(world.deadLetters()).toHaveLength(20);
    expect(service.readiness().ready).toBe(true);
  });

  it('fault 35: does not stop for what fails now and then', async () => {
    const world = new ParserWorld({ parser: GUARD });
    await world.start();
    for (let i = 0; i < 100; i++) world.send(i % 5 === 0 ? `fine ${i}` : `bad ${i}`);
    await world.clock.advance(2_000);
    expect(world.deadLetters()).toHaveLength(80);
  });
});
