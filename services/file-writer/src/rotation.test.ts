import { describe, expect, it } from 'vitest';
import { lineOf, PATH, SimulatedWriter } from './simulation/simulated-writer.ts';

const LINE_BYTES = lineOf(0, 0).length + 1;

function sizes(writer: SimulatedWriter): Readonly<Record<string, number>> {
  return Object.fromEntries([...writer.disk.files()].map(([path, text]) => [path.replace(PATH, ''), text.length]));
}

describe('rotation', () => {
  it('begins a new file before one would be longer than allowed', async () => {
    const writer = new SimulatedWriter({ rotate: { maxBytes: 3 * LINE_BYTES, maxAgeMs: null, keep: null } }, 1);
    await writer.start();
    writer.append(0, 8);
    await writer.settle();
    expect(sizes(writer)).toEqual({ '.000001': 3 * LINE_BYTES, '.000002': 3 * LINE_BYTES, '': 2 * LINE_BYTES });
    expect(writer.written()).toEqual(writer.expected());
  });

  it('puts a line that is longer than a file may be into a file of its own', async () => {
    const writer = new SimulatedWriter({ rotate: { maxBytes: 5, maxAgeMs: null, keep: null } }, 1);
    await writer.start();
    writer.append(0, 3);
    await writer.settle();
    expect(sizes(writer)).toEqual({ '.000001': LINE_BYTES, '.000002': LINE_BYTES, '': LINE_BYTES });
  });

  it('keeps as many rotated files as wanted, and removes nobody else', async () => {
    const writer = new SimulatedWriter({ rotate: { maxBytes: LINE_BYTES, maxAgeMs: null, keep: 2 } }, 1);
    writer.disk.write(`${PATH}.1`, 'of somebody else');
    writer.disk.write(`${PATH}.000001.gz`, 'packed by somebody');
    writer.disk.write(`${PATH}.0000002`, 'not as we write it');
    await writer.start();
    writer.append(0, 6);
    await writer.settle();
    expect(Object.keys(sizes(writer)).sort()).toEqual(['', '.0000002', '.000001.gz', '.000004', '.000005', '.1']);
  });

  it('by age begins a new file unless the open one is empty, also across a restart', async () => {
    const writer = new SimulatedWriter({ rotate: { maxBytes: null, maxAgeMs: 60_000, keep: null } }, 1);
    await writer.start();
    await writer.clock.advance(120_000);
    expect(Object.keys(sizes(writer))).toEqual(['']);
    writer.append(0, 1);
    await writer.clock.advance(2_000);
    expect(Object.keys(sizes(writer))).toEqual(['.000001', '']);
    writer.append(0, 1);
    await writer.clock.advance(40_000);
    await writer.start();
    await writer.clock.advance(17_000);
    expect(Object.keys(sizes(writer))).toEqual(['.000001', '']);
    await writer.clock.advance(4_000);
    expect(Object.keys(sizes(writer))).toEqual(['.000001', '.000002', '']);
  });

  it('never gives a rotated file a name that was used, even after old ones are gone', async () => {
    const writer = new SimulatedWriter({ rotate: { maxBytes: LINE_BYTES, maxAgeMs: null, keep: 1 } }, 1);
    await writer.start();
    writer.append(0, 4);
    await writer.settle();
    writer.disk.remove(`${PATH}.000003`);
    await writer.start();
    writer.append(0, 1);
    await writer.settle();
    expect(Object.keys(sizes(writer))).toEqual(['.000004', '']);
  });
});

describe('logrotate', () => {
  it('finds the old file finished and the path opened anew after its rename and SIGHUP, with no line lost', async () => {
    const writer = new SimulatedWriter({ fsync: 'interval' }, 1);
    await writer.start();
    writer.append(0, 3);
    await writer.clock.advance(100);
    writer.disk.rename(PATH, `${PATH}-20261124`);
    writer.append(0, 2);
    await writer.clock.advance(100);
    const reloaded = writer.service.reload();
    await writer.clock.advance(1);
    await reloaded;
    writer.append(0, 4);
    await writer.settle();
    expect(sizes(writer)).toEqual({ '-20261124': 5 * LINE_BYTES, '': 4 * LINE_BYTES });
    expect(writer.written()).toEqual(writer.expected());
  });

  it('SIGHUP without a rename goes on in the same file', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.append(0, 1);
    const reloaded = writer.service.reload();
    await writer.clock.advance(1);
    await reloaded;
    writer.append(0, 1);
    await writer.settle();
    expect(sizes(writer)).toEqual({ '': 2 * LINE_BYTES });
  });

  it('may rename the file of a writer that is killed before SIGHUP: its uncommitted tail is cut off there', async () => {
    const writer = new SimulatedWriter({ fsync: 'interval' }, 1);
    await writer.start();
    writer.append(0, 2);
    await writer.clock.advance(1000);
    writer.disk.rename(PATH, `${PATH}.1`);
    writer.append(0, 3);
    await writer.clock.advance(100);
    await writer.start();
    await writer.settle();
    expect(sizes(writer)).toEqual({ '.1': 2 * LINE_BYTES, '': 3 * LINE_BYTES });
    expect(writer.written()).toEqual(writer.expected());
  });

  it('goes on in a new file when the open one is deleted', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.append(0, 2);
    await writer.settle();
    writer.disk.remove(PATH);
    writer.append(0, 3);
    await writer.settle();
    expect(writer.lines()).toEqual([2, 3, 4].map((n) => lineOf(0, n)));
  });

  it('with copytruncate goes on in the shortened file', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.append(0, 2);
    await writer.settle();
    writer.disk.write(PATH, '');
    writer.append(0, 3);
    await writer.clock.advance(1000);
    expect(writer.lines()).toEqual([2, 3, 4].map((n) => lineOf(0, n)));
    expect(await writer.metric('missing_bytes_total')).toBe(2 * LINE_BYTES);
    expect(writer.service.readiness().ready).toBe(true);
  });
});

describe('a disk that refuses', () => {
  it.each([
    ['EACCES', 'permission is denied (EACCES)'],
    ['EROFS', 'the file system is read-only (EROFS)'],
  ])('with %s at the start makes it not ready until it works', async (code, sentence) => {
    const writer = new SimulatedWriter();
    writer.disk.errorCode = code;
    writer.append(0, 5);
    await writer.start();
    await writer.clock.advance(5_000);
    expect(writer.service.readiness()).toEqual({
      ready: false,
      detail: `Cannot write ${PATH}: ${sentence}. Retrying; nothing is lost.`,
    });
    writer.disk.errorCode = null;
    await writer.settle();
    expect(writer.service.readiness().ready).toBe(true);
    expect(writer.written()).toEqual(writer.expected());
  });

  it('when full loses nothing, cuts torn lines off, says so, and goes on when there is room', async () => {
    const writer = new SimulatedWriter({}, 1);
    await writer.start();
    writer.disk.capacityBytes = 10 * LINE_BYTES + 5;
    writer.append(0, 40);
    await writer.clock.advance(20_000);
    expect(writer.service.readiness()).toEqual({
      ready: false,
      detail: `Cannot write ${PATH}: the disk is full (ENOSPC). Retrying; nothing is lost.`,
    });
    expect(await writer.metric('blocked')).toBe(1);
    expect(await writer.metric('problems_total')).toBeLessThan(12);
    writer.disk.capacityBytes = Number.POSITIVE_INFINITY;
    await writer.settle();
    expect(await writer.metric('blocked')).toBe(0);
    expect(writer.written()).toEqual(writer.expected());
  });
});
