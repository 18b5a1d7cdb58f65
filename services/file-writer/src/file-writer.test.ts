import { EventLogError } from '@logweave/event-log';
import { describe, expect, it } from 'vitest';
import { Fate } from './simulation/fate.ts';
import { lineOf, PATH, SimulatedWriter } from './simulation/simulated-writer.ts';

describe('the file writer', () => {
  it('writes each record as a line, in the order of its partition', async () => {
    const writer = new SimulatedWriter();
    await writer.start();
    writer.append(0, 20);
    writer.append(1, 30);
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
    expect(writer.service.readiness()).toEqual({ ready: true, detail: `Writing ${PATH}.` });
  });

  it('is not ready before it has its partitions', () => {
    const writer = new SimulatedWriter();
    void writer.start();
    expect(writer.service.readiness()).toEqual({ ready: false, detail: 'Waiting for the partitions of correlated.' });
  });

  it('goes on behind what somebody else had written, on a line of its own', async () => {
    const writer = new SimulatedWriter({}, 1);
    writer.disk.write(PATH, 'old line\nhalf a line');
    writer.append(0, 1);
    await writer.start();
    await writer.settle();
    expect(writer.lines()).toEqual(['old line', 'half a line', lineOf(0, 0)]);
  });

  it('fault 7: a graceful stop writes what the topic holds, and commits it', async () => {
    const writer = new SimulatedWriter({ fsync: 'interval' });
    await writer.start();
    writer.append(0, 50);
    writer.append(1, 50);
    const stopped = writer.service.stop();
    await writer.clock.advance(1);
    await stopped;
    expect(writer.log.isDrained).toBe(true);
    expect(writer.written()).toEqual(writer.expected());
  });

  it('a graceful stop ends in time when the file cannot be written, and the next start goes on', async () => {
    const writer = new SimulatedWriter();
    await writer.start();
    writer.disk.capacityBytes = 100;
    writer.append(0, 50);
    await writer.clock.advance(100);
    const stopped = writer.service.stop();
    await writer.clock.advance(1);
    await stopped;
    writer.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await writer.start();
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
  });

  it('with fsync: interval commits only when the interval is over', async () => {
    const writer = new SimulatedWriter({ fsync: 'interval', fsyncIntervalMs: 500 }, 1);
    await writer.start();
    writer.append(0, 3);
    await writer.clock.advance(499);
    expect(writer.lines()).toHaveLength(3);
    expect(writer.log.committed[0]?.offset).toBe(0);
    await writer.clock.advance(1);
    expect(writer.log.committed[0]?.offset).toBe(3);
  });

  it('cuts off at the start what was written and not committed, and counts it', async () => {
    const writer = new SimulatedWriter({ fsync: 'interval' }, 1);
    await writer.start();
    writer.append(0, 2);
    await writer.clock.advance(1000);
    writer.append(0, 3);
    await writer.clock.advance(100);
    expect(writer.lines()).toHaveLength(5);
    await writer.start();
    expect(await writer.metric('cut_bytes_total')).toBe(3 * (lineOf(0, 0).length + 1));
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
  });

  it('goes on where a commit by hand says, as when an operator has records written again', async () => {
    const writer = new SimulatedWriter({}, 2);
    await writer.start();
    writer.append(0, 3);
    writer.append(1, 3);
    await writer.settle();
    await writer.service.stop();
    writer.log.commitByHand(1, 1);
    await writer.start();
    await writer.settle();
    expect(writer.written()[0]).toEqual(writer.expected()[0]);
    expect(writer.written()[1]).toEqual([0, 1, 2, 1, 2].map((n) => lineOf(1, n)));
  });

  it('begins anew from the last commit when another member took over meanwhile', async () => {
    const writer = new SimulatedWriter({ fsync: 'interval' });
    await writer.start();
    writer.append(0, 5);
    await writer.clock.advance(100);
    writer.log.fence();
    writer.append(1, 5);
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
  });

  it('loses and doubles nothing when the answer to a commit is lost, applied or not', async () => {
    for (const applied of [true, false]) {
      const writer = new SimulatedWriter();
      await writer.start();
      writer.log.commitFault = { applied };
      writer.append(0, 5);
      writer.append(1, 5);
      await writer.clock.advance(3_000);
      // Applied, it was found so when the writer looked: then nothing is left to do.
      expect(writer.service.readiness().ready).toBe(applied);
      writer.log.commitFault = null;
      await writer.clock.advance(10_000);
      expect(writer.written()).toEqual(writer.expected());
      expect(writer.service.readiness().ready).toBe(true);
    }
  });

  it('fails for good when records are gone that it has not written, instead of leaving them out', async () => {
    const writer = new SimulatedWriter();
    await writer.start();
    writer.log.pollFault = new EventLogError('offset_out_of_range', 'offset 0 is below 17');
    await writer.clock.advance(2_000);
    await expect(writer.service.failure).resolves.toMatchObject({ code: 'offset_out_of_range' });
    await writer.service.stop();
  });

  it('refuses a topic with more partitions than the state of a commit can name', async () => {
    const writer = new SimulatedWriter({}, 300);
    await expect(writer.start()).rejects.toThrow(
      'topic correlated has 300 partitions: a file writer takes at most 284',
    );
  });

  it('fault 54: file names come from the configuration, whatever a record says', async () => {
    const writer = new SimulatedWriter({ rotate: { maxBytes: 60, maxAgeMs: null, keep: null } }, 1);
    await writer.start();
    const evil = '{"path":"../../etc/cron.d/x","host":"..%2f..%2fevil","log_type":"/tmp/\\u0000a"}';
    for (let i = 0; i < 5; i++) writer.log.append(0, evil);
    await writer.settle();
    expect([...writer.disk.files().keys()].every((name) => /^\/logs\/correlated\.log(\.\d{6})?$/.test(name))).toBe(
      true,
    );
    expect(writer.lines()).toEqual(Array.from({ length: 5 }, () => evil));
  });

  it('a life that ends in the middle of its first commit leaves nothing behind', async () => {
    const writer = new SimulatedWriter({}, 4);
    writer.append(3, 4);
    for (let step = 1; step < 30; step++) await writer.start(new Fate(step, 0.5));
    await writer.start();
    await writer.settle();
    expect(writer.written()).toEqual(writer.expected());
  });
});
