import { beforeEach, describe, expect, it } from 'vitest';
import { acceptResets, findResets } from './accept-reset.ts';
import { CorrelatorWorld, type TestLine } from './testing/correlator-world.ts';

const a = (port: number, atMs: number): TestLine => ({ side: 'A', port, atMs });
const b = (port: number, atMs: number): TestLine => ({ side: 'B', port, atMs });

describe('offsets that no correlator has set', () => {
  let world: CorrelatorWorld;
  beforeEach(() => {
    world = new CorrelatorWorld({ correlation: { on_stop: 'keep' } });
  });

  const find = () => findResets(world.config, world.cluster.connect());
  const accept = () => acceptResets(world.config, { eventLog: world.cluster.connect(), clock: world.clock });

  /** As Kafka's tool does it: an offset without metadata. */
  async function reset(http: number, network: number): Promise<void> {
    const { group, topics } = world.config;
    const producer = await world.cluster.connect().transactionalProducer('a tool');
    const offsets = [
      { topic: topics.http, partition: 0, offset: http, metadata: '' },
      { topic: topics.network, partition: 0, offset: network, metadata: '' },
    ];
    expect(await producer.commit({ batches: [], group, offsets })).toMatchObject({ kind: 'committed' });
  }

  async function failure(): Promise<string> {
    const service = await world.start();
    await world.clock.advance(100);
    return (await service.failure).message;
  }

  /** One pair that has left, and one half that is held. */
  async function work(): Promise<void> {
    await world.start();
    world.send(a(1, 0), b(1, 1), a(2, 2));
    await world.clock.advance(600);
    world.send(a(3, 1_200), b(3, 1_200));
    await world.clock.advance(200);
    await world.stop();
  }

  it('stop a correlator, and the message says what to do', async () => {
    await work();
    await reset(0, 0);
    expect(await failure()).toMatch(
      /group logweave\.correlator for partition 0 .* metadata '' that no correlator wrote.*`logweave accept-reset`/,
    );
  });

  it('are gone on from once they are accepted, and what was held before is forgotten', async () => {
    await work();
    const before = world.results();
    await reset(0, 0);
    await expect(find()).resolves.toEqual([{ partition: 0, kind: 'foreign_offsets', beginsAt: [0, 0] }]);
    expect(await failure()).toContain('accept-reset');
    await expect(accept()).resolves.toEqual([{ partition: 0, kind: 'foreign_offsets', beginsAt: [0, 0] }]);
    await world.start();
    await world.clock.advance(10_000);
    expect(world.results().slice(before.length)).toEqual(['1 A0-B0', '2 A1 no_partner', '3 A2-B1']);
    await expect(find()).resolves.toEqual([{ partition: 0, kind: 'in_order' }]);
  });

  it('of one input alone are refused as well', async () => {
    const { group, topics } = world.config;
    const producer = await world.cluster.connect().transactionalProducer('a tool');
    const offsets = [{ topic: topics.http, partition: 0, offset: 0, metadata: '' }];
    await producer.commit({ batches: [], group, offsets });
    expect(await failure()).toContain('only one input has an offset');
    await expect(accept()).resolves.toMatchObject([{ kind: 'foreign_offsets', beginsAt: [0, 0] }]);
    await expect(accept()).resolves.toMatchObject([{ kind: 'in_order' }]);
  });

  it('are not needed for records that were removed: what is left is decided, the rest is given up', async () => {
    await work();
    // What is held from further back stands in a checkpoint by now, and is decided from that.
    world.truncate('A', 3);
    expect(await failure()).toContain('`logweave accept-reset`');
    await expect(accept()).resolves.toEqual([{ partition: 0, kind: 'removed_records', givenUp: [1, 0] }]);
    await world.start();
    await world.clock.advance(10_000);
    expect(world.results()).toEqual(['1 A0-B0', '2 A1 no_partner']);
  });

  it('are nothing to do with a correlator that works', async () => {
    await work();
    await world.start();
    await expect(accept()).resolves.toEqual([{ partition: 0, kind: 'in_order' }]);
    expect(world.logged.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});
