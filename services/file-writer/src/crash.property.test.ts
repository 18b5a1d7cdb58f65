import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FsyncPolicy } from './config.ts';
import { Fate } from './simulation/fate.ts';
import { lineOf, PATH, SimulatedWriter } from './simulation/simulated-writer.ts';

const LINE_BYTES = lineOf(0, 0).length + 1;

interface Life {
  /** Records that come in before this life begins, by partition. */
  readonly before: readonly [number, number];
  /** Records that come in while it lasts. */
  readonly during: readonly [number, number];
  readonly waitMs: number;
  readonly diesAtStep: number;
  readonly effect: number;
  readonly event: 'none' | 'renamed' | 'renamed_and_told' | 'told' | 'disk_full' | 'fenced';
  /** Power fails as well, and so much of what was not synced stays. */
  readonly powerKept: number | null;
}

const count = fc.integer({ min: 0, max: 12 });
const life: fc.Arbitrary<Life> = fc.record({
  before: fc.tuple(count, count),
  during: fc.tuple(count, count),
  waitMs: fc.constantFrom(0, 10, 300, 1100),
  diesAtStep: fc.integer({ min: 1, max: 80 }),
  effect: fc.constantFrom(0, 0.3, 0.6, 1),
  event: fc.constantFrom('none', 'none', 'renamed', 'renamed_and_told', 'told', 'disk_full', 'fenced'),
  powerKept: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
});

interface Run {
  readonly fsync: FsyncPolicy;
  readonly maxBytes: number | null;
  readonly lives: readonly Life[];
}

async function live(writer: SimulatedWriter, { lives, fsync }: Run): Promise<void> {
  let renames = 0;
  for (const { before, during, waitMs, diesAtStep, effect, event, powerKept } of lives) {
    for (const [partition, records] of before.entries()) writer.append(partition, records);
    await writer.start(new Fate(diesAtStep, effect));
    await writer.clock.advance(waitMs);
    if (event.startsWith('renamed') && writer.disk.files().has(PATH)) writer.disk.rename(PATH, `${PATH}-${renames++}`);
    if (event === 'disk_full') writer.disk.capacityBytes = 4.5 * LINE_BYTES;
    if (event === 'fenced') writer.log.fence();
    for (const [partition, records] of during.entries()) writer.append(partition, records);
    if (event.endsWith('told')) void writer.service.reload();
    await writer.clock.advance(waitMs);
    writer.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await writer.clock.advance(waitMs);
    // With `never` nothing is promised about power.
    if (powerKept !== null && fsync !== 'never') {
      writer.fate.dead = true;
      writer.disk.losePower(powerKept);
    }
  }
  await writer.start();
  await writer.clock.advance(20_000);
  await writer.settle();
}

async function expectExactlyOnce(run: Run): Promise<void> {
  const writer = new SimulatedWriter({
    fsync: run.fsync,
    rotate: { maxBytes: run.maxBytes, maxAgeMs: null, keep: null },
  });
  await live(writer, run);
  expect(writer.written()).toEqual(writer.expected());
  expect(writer.log.isDrained).toBe(true);
}

describe('after any schedule of crashes', () => {
  it.each(['always', 'interval', 'never'] as const)(
    'the files hold every record exactly once and in order, with fsync: %s',
    async (fsync) => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(null, 3 * LINE_BYTES, 10 * LINE_BYTES),
          fc.array(life, { minLength: 1, maxLength: 6 }),
          (maxBytes, lives) => expectExactlyOnce({ fsync, maxBytes, lives }),
        ),
        { numRuns: 300 },
      );
    },
    60_000,
  );

  it('a crash at every single step of a life with rotations and a reopening is survived', async () => {
    for (let diesAtStep = 1; diesAtStep < 120; diesAtStep++) {
      for (const effect of [0, 0.5, 1]) {
        const lives: readonly Life[] = [
          {
            before: [5, 2],
            during: [8, 8],
            waitMs: 10,
            diesAtStep,
            effect,
            event: 'renamed_and_told',
            powerKept: null,
          },
        ];
        await expectExactlyOnce({ fsync: 'always', maxBytes: 4 * LINE_BYTES, lives });
      }
    }
  }, 60_000);
});
