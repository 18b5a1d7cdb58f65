import { describe, expect, it } from 'vitest';
import { expectedOutcomes, loadLog } from './testing/load.ts';
import { ParserWorld } from './testing/parser-world.ts';

const PARTITIONS = 4;

/** Logs of the load, a few at a time, while something happens. */
async function underLoad(world: ParserWorld, from: number, logs: number): Promise<number> {
  for (let number = from; number < from + logs; number += 20) {
    for (let i = number; i < number + 20; i++) world.sendRecord(loadLog(i, world.clock.wallMs()));
    await world.clock.advance(40);
  }
  return from + logs;
}

describe('parsers', () => {
  it('fault 12: that come and go every moment give every log one outcome', async () => {
    const world = new ParserWorld({ partitions: PARTITIONS });
    await world.start();
    let sent = await underLoad(world, 0, 200);
    for (let round = 0; round < 8; round++) {
      await world.startBeside();
      sent = await underLoad(world, sent, 100);
      await (round % 2 === 0 ? world.crashOldest() : world.stopOldest());
      sent = await underLoad(world, sent, 100);
    }
    await world.clock.advance(30_000);
    expect(await world.outcomes()).toEqual(expectedOutcomes(sent));
  });

  it('fault 8: that were taken over while they stood still write nothing twice', async () => {
    const world = new ParserWorld({ partitions: PARTITIONS });
    await world.start();
    let sent = await underLoad(world, 0, 200);
    for (let round = 0; round < 5; round++) {
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const where = `logweave.parser-raw.${partition}`;
        world.cluster.faults.plan({ on: 'commit', kind: 'fence' }, { where, after: round % 2 });
      }
      sent = await underLoad(world, sent, 100);
      await world.clock.advance(5_000);
    }
    await world.clock.advance(30_000);
    expect(await world.outcomes()).toEqual(expectedOutcomes(sent));
    expect(world.cluster.faults.outstanding).toBe(0);
  });

  it('fault 9: wait while the log does not answer, and go on', async () => {
    const world = new ParserWorld({ partitions: PARTITIONS });
    const service = await world.start();
    let sent = await underLoad(world, 0, 200);
    for (let round = 0; round < 3; round++) {
      world.cluster.setAvailable(false);
      sent = await underLoad(world, sent, 100);
      await world.clock.advance(60_000);
      world.cluster.setAvailable(true);
      await world.clock.advance(15_000);
      sent = await underLoad(world, sent, 100);
    }
    await world.clock.advance(30_000);
    expect(await world.outcomes()).toEqual(expectedOutcomes(sent));
    expect(service.readiness().ready).toBe(true);
  });
});
