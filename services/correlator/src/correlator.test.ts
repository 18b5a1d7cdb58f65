import { decodeCommitMetadata } from '@logweave/correlation';
import { partitionOf } from '@logweave/event-log';
import { describe, expect, it } from 'vitest';
import { CorrelatorWorld, type TestLine } from './testing/correlator-world.ts';

const a = (port: number, atMs: number | null, fields = {}): TestLine => ({ side: 'A', port, atMs, fields });
const b = (port: number, atMs: number | null, fields = {}): TestLine => ({ side: 'B', port, atMs, fields });
const ONE_TO_MANY = { matching: { mode: 'one_to_many' } };

describe('the correlator', () => {
  it('joins the two halves of a connection into one record with the places of both', async () => {
    const world = new CorrelatorWorld();
    await world.start();
    world.send(a(50_001, 0, { path: '/x' }), b(50_001, 3, { ja4: 't13d' }));
    await world.clock.advance(3_000);
    expect(world.results()).toEqual(['50001 A0-B0']);
    expect(world.records()[0]).toMatchObject({ correlated: true, path: '/x', ja4: 't13d' });
    expect(await world.conservation('A')).toEqual([1, 1]);
  });

  it('has read its inputs to their ends also where these are marks of transactions', async () => {
    const world = new CorrelatorWorld();
    await world.start();
    const log = world.cluster.connect();
    const { group, topics } = world.config;
    const inputs = [topics.http, topics.network].map((topic) => ({ topic, partition: 0 }));
    const record = {
      key: null,
      value: Buffer.from('{"src_ip":"192.0.2.1","src_port":1}'),
      headers: [],
      timestampMs: 1,
    };
    const producer = await log.transactionalProducer('spool');
    const batches = inputs.map((input) => ({ ...input, records: [record, record] }));
    await expect(producer.commit({ batches, group: 'spool', offsets: [] })).resolves.toMatchObject({
      kind: 'committed',
    });
    await world.clock.advance(500);
    const committed = await log.committed(group, inputs);
    expect(committed.map((offset) => decodeCommitMetadata(offset?.metadata ?? '').next)).toEqual([3, 3]);
    expect((await log.watermarks(topics.http))[0]?.stable).toBe(3);
  });

  it('is ready when it has caught up with what had come before, and not earlier', async () => {
    const world = new CorrelatorWorld();
    world.send(...Array.from({ length: 30_000 }, (_, i) => a(1 + i, Math.floor(i / 10))));
    world.cluster.faults.plan({ on: 'poll', kind: 'delay', ms: 50 }, { times: 20 });
    const service = await world.start();
    const details: string[] = [];
    while (!service.readiness().ready) {
      details.push(service.readiness().detail);
      await world.clock.advance(10);
    }
    expect(details.at(-1)).toBe('Catching up on 1 of 1 partitions.');
    // Five thousand records a poll, the last ten thousand apart.
    expect(details.length).toBeGreaterThan(15);
    expect(service.readiness()).toEqual({ ready: true, detail: 'Joining 1 partition.' });
  });

  it('is not held up by a partition that takes long to restore', async () => {
    const world = new CorrelatorWorld({ partitions: 4 });
    const id = `${world.config.transactionalIdPrefix}.0`;
    world.cluster.faults.plan({ on: 'open', kind: 'delay', ms: 60_000 }, { where: id });
    const service = await world.start();
    const ports = Array.from({ length: 40 }, (_, i) => 50_000 + i);
    const slow = ports.filter((port) => partitionOf(Buffer.from(`192.0.2.1:${port}`), 4) === 0);
    await world.clock.advance(1_000);
    world.send(...ports.flatMap((port) => [a(port, 1_000), b(port, 1_002)]));
    await world.clock.advance(3_000);
    expect(service.readiness()).toEqual({ ready: false, detail: 'Restoring partition 0.' });
    const joined = () =>
      world
        .results()
        .map((text) => Number(text.split(' ')[0]))
        .sort((x, y) => x - y);
    expect(joined()).toEqual(ports.filter((port) => !slow.includes(port)));
    await world.clock.advance(60_000);
    expect(joined()).toEqual(ports);
    expect(slow.length).toBeGreaterThan(0);
  });

  it('runs a task for each partition', async () => {
    const world = new CorrelatorWorld({ partitions: 4 });
    const service = await world.start();
    await world.clock.advance(100);
    expect(service.readiness()).toEqual({ ready: true, detail: 'Joining 4 partitions.' });
    const ports = Array.from({ length: 40 }, (_, i) => 50_000 + i);
    world.send(...ports.flatMap((port) => [a(port, 0), b(port, 2)]));
    await world.clock.advance(3_000);
    expect(
      world
        .results()
        .map((text) => text.split(' ')[0] ?? '')
        .sort(),
    ).toEqual(ports.map(String));
  });

  it('writes a line that is no event to dead-letter, once', async () => {
    const world = new CorrelatorWorld();
    await world.start();
    world.sendRaw('A', '192.0.2.1:1', '{"src_ip":"192.0.2.1"}');
    world.sendRaw('B', '192.0.2.1:1', 'no json');
    await world.clock.advance(500);
    await world.stop();
    await world.start();
    await world.clock.advance(500);
    expect(world.deadLetters()).toEqual(['missing_key', 'bad_json']);
  });

  it('refuses to start when the topics differ in partitions', async () => {
    const world = new CorrelatorWorld({ partitions: 2, unequal: 'state' });
    await expect(world.start()).rejects.toThrow(
      'logweave.http has 2 partitions and logweave.correlator-state has 3; the join needs the same number',
    );
  });

  it('stops with an alarm when retention has removed what it needs, and never begins elsewhere', async () => {
    const world = new CorrelatorWorld({ correlation: { on_stop: 'keep' } });
    await world.start();
    world.send(a(50_001, 0), a(50_002, 0));
    await world.clock.advance(150);
    await world.crash();
    world.truncate('A', 1);
    const service = await world.start();
    await world.clock.advance(100);
    expect((await service.failure).message).toContain(
      'logweave.http/0: the task needs offset 0, and the log begins at 1',
    );
    expect(service.readiness().ready).toBe(false);
    expect(await world.metric('logweave_correlator_gaps_total', { side: 'A' })).toBe(1);
  });
});

describe('silence', () => {
  it('fault 29: an input that is idle does not hold the other back', async () => {
    const world = new CorrelatorWorld({ correlation: { idle_after_ms: 1000 } });
    await world.start();
    for (let i = 0; i < 50; i++) {
      world.send(a(50_000 + i, i * 100));
      await world.clock.advance(100);
    }
    expect(world.results().length).toBeGreaterThan(30);
    expect(new Set(world.results().map((text) => text.split(' ')[2]))).toEqual(new Set(['source_silent']));
  });

  it('fault 29: when both are silent an orphan leaves by the wall clock', async () => {
    const world = new CorrelatorWorld();
    await world.start();
    world.send(a(50_001, 0));
    // window 1 s, lateness 0.5 s, idle after 1 s
    await world.clock.advance(1_400);
    expect(world.results()).toEqual([]);
    await world.clock.advance(1_100);
    expect(world.results()).toHaveLength(1);
  });

  it('fault 29: an empty partition does not keep the others waiting', async () => {
    const world = new CorrelatorWorld({ partitions: 4 });
    await world.start();
    world.send(a(50_001, 0), b(50_001, 1));
    await world.clock.advance(3_000);
    expect(world.results()).toEqual(['50001 A0-B0']);
  });

  it('fault 27: a step of the wall clock neither stalls nor bursts', async () => {
    const world = new CorrelatorWorld();
    await world.start();
    world.send(a(50_001, 0));
    await world.clock.advance(500);
    world.clock.stepWall(3_600_000);
    await world.clock.advance(500);
    expect(world.results()).toEqual([]);
    world.clock.stepWall(-7_200_000);
    await world.clock.advance(2_000);
    expect(world.results()).toHaveLength(1);
  });
});

describe('bad clocks and hostile streams', () => {
  it('fault 28: an event from the year 2100 or 1970 does not move the time of the task', async () => {
    const world = new CorrelatorWorld();
    await world.start();
    world.send(a(50_001, 0));
    world.send(a(50_002, 4_000_000_000_000 - world.startMs), b(50_002, 4_000_000_000_000 - world.startMs));
    world.send(a(50_003, -world.startMs + 1000), b(50_003, -world.startMs + 1000));
    await world.clock.advance(200);
    world.send(b(50_001, 100));
    await world.clock.advance(3_000);
    expect(world.results()).toContain('50001 A0-B2');
    expect(world.results()).toContain('50002 A1-B0');
    expect(await world.metric('logweave_correlator_future_timestamps_total')).toBe(2);
  });

  it('fault 30: a side that comes ten minutes late holds nothing and gives each event one outcome', async () => {
    const world = new CorrelatorWorld({ correlation: { orphan_policy: { network_emit: true } } });
    await world.start();
    for (let i = 0; i < 60; i++) {
      world.send(a(50_000 + i, i * 10_000));
      await world.clock.advance(10_000);
      expect(await world.metric('logweave_correlator_held_events')).toBeLessThan(3);
    }
    for (let i = 0; i < 60; i++) world.send(b(50_000 + i, i * 10_000));
    await world.clock.advance(90_000);
    const parents = world.results().map((text) => text.split(' ')[1]);
    expect(parents.length).toBe(120);
    expect(new Set(parents).size).toBe(120);
    expect(world.results().filter((text) => text.endsWith(' late'))).toHaveLength(60);
  });

  it('fault 30: a side that lags in the log is waited for, and the pairs are found', async () => {
    const world = new CorrelatorWorld({ correlation: { limits: { max_held_events: 100 } } });
    // Ten minutes of A, then all of B, both in the log before anybody reads.
    await world.clock.advance(601_000);
    for (let i = 0; i < 600; i++) world.send(a(50_000 + i, i * 1000));
    for (let i = 0; i < 600; i++) world.send(b(50_000 + i, i * 1000 + 1));
    await world.start();
    await world.clock.advance(5_000);
    expect(world.results().filter((text) => /A\d+-B\d+/.test(text))).toHaveLength(600);
  });

  it('fault 31: a reused port belongs to the newer connection', async () => {
    const world = new CorrelatorWorld({ correlation: ONE_TO_MANY });
    await world.start();
    world.send(b(50_001, 0, { ja4: 'x' }), a(50_001, 1_000), b(50_001, 30_000, { ja4: 'y' }), a(50_001, 31_000));
    await world.clock.advance(40_000);
    expect(world.records().map(({ ja4, keepalives }) => [ja4, keepalives])).toEqual([
      ['x', 0],
      ['y', 0],
    ]);
  });

  it('fault 31: a thousand requests on one connection are a thousand records', async () => {
    const world = new CorrelatorWorld({ correlation: ONE_TO_MANY });
    await world.start();
    world.send(b(50_001, 0));
    for (let i = 0; i < 1000; i++) world.send(a(50_001, i * 10));
    await world.clock.advance(15_000);
    expect(world.records().map(({ keepalives }) => keepalives)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('fault 32: exact duplicates are joined once each', async () => {
    const world = new CorrelatorWorld();
    await world.start();
    world.send(a(50_001, 0), a(50_001, 0), b(50_001, 1), b(50_001, 1));
    await world.clock.advance(3_000);
    expect(world.results()).toEqual(['50001 A0-B0', '50001 A1-B1']);
  });
});

describe('stopping', () => {
  it('fault 7: a stop under load with on_stop emit decides and writes everything', async () => {
    const world = new CorrelatorWorld({ partitions: 2, correlation: { on_stop: 'emit' } });
    await world.start();
    for (let i = 0; i < 300; i++) world.send(a(50_000 + i, i), ...(i % 3 === 0 ? [] : [b(50_000 + i, i + 1)]));
    await world.stop();
    expect(world.results()).toHaveLength(300);
    expect(world.results().filter((text) => text.includes('-'))).toHaveLength(200);
    // The next start begins anew behind it.
    await world.start();
    world.send(a(50_001, 60_000), b(50_001, 60_001));
    await world.stop();
    expect(world.results()).toHaveLength(301);
  });

  it('fault 7: a stop with on_stop keep decides nothing early, and the next start goes on', async () => {
    const world = new CorrelatorWorld({ correlation: { on_stop: 'keep' } });
    await world.start();
    world.send(a(50_001, 0), a(50_002, 0));
    await world.clock.advance(150);
    await world.stop();
    expect(world.results()).toEqual([]);
    await world.start();
    expect(world.logged.filter(({ msg }) => msg === 'task restored').at(-1)).toMatchObject({ replayed: 2, held: 2 });
    world.send(b(50_001, 200));
    await world.clock.advance(4_000);
    expect(world.results().map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(['50001 A0-B0', '50002 A1']);
    expect(await world.conservation('A')).toEqual([2, 2]);
  });

  it('ends its inputs when told so, and goes on afterwards', async () => {
    const world = new CorrelatorWorld({ partitions: 2 });
    const service = await world.start();
    world.send(a(50_001, 0), b(50_001, 1), a(50_002, 0));
    const ended = service.endOfInput();
    await world.clock.advance(200);
    await ended;
    expect(world.results().sort()).toEqual(['50001 A0-B0', '50002 A1 no_partner'].sort());
    world.send(a(50_003, 500), b(50_003, 501));
    await world.clock.advance(3_000);
    expect(world.results().filter((text) => text.startsWith('50003 '))).toHaveLength(1);
  });
});
