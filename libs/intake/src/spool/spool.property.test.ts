import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FRAME_HEADER_BYTES } from './spool-frame.ts';
import { Spool } from './spool.ts';

const SEGMENT_BYTES = 300;

type Step =
  | { readonly kind: 'append'; readonly sizes: readonly number[] }
  /** Reads a part, and releases it or, as a process that dies in between, does not. */
  | { readonly kind: 'take'; readonly maxBytes: number; readonly released: boolean }
  | { readonly kind: 'clear' }
  /** The process dies; `cut` bytes of the newest segment never reached the disk. */
  | { readonly kind: 'crash'; readonly cut: number }
  /** Only before the next start, as a disk may do: a bit of a segment flips. */
  | { readonly kind: 'flip'; readonly where: number; readonly bit: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('append' as const), sizes: fc.array(fc.nat(60), { maxLength: 4 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('take' as const),
        maxBytes: fc.integer({ min: 1, max: 400 }),
        released: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('crash' as const), cut: fc.nat(80) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('flip' as const), where: fc.nat(), bit: fc.nat(7) }) },
  ),
  { maxLength: 60 },
);

/** Runs the steps and, at the end, takes what is left. */
async function run(directory: string, script: readonly Step[]) {
  const open = (): Promise<Spool> => Spool.open({ directory, maxBytes: 1 << 20, segmentBytes: SEGMENT_BYTES });
  const put: string[] = [];
  const taken: string[] = [];
  let bytesPut = 0;
  let bytesCut = 0;
  let flips = 0;
  let damagedBytes = 0;
  let damagedPlaces = 0;
  let spool = await open();
  const segments = (): string[] =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.spool1'))
      .sort();
  const take = async (maxBytes: number, released: boolean): Promise<boolean> => {
    const part = await spool.read(maxBytes);
    if (part === null) return false;
    if (released) {
      await spool.release(part.next);
      taken.push(...part.payloads.map(String));
      damagedBytes += part.damage.bytes;
      damagedPlaces += part.damage.places;
    }
    return true;
  };
  for (const step of script) {
    switch (step.kind) {
      case 'append': {
        // Each payload is another one, so that a doubled one shows.
        const payloads = step.sizes.map((size, i) => `${put.length + i}:${'x'.repeat(size)}`);
        await spool.append(payloads.map((text) => Buffer.from(text)));
        put.push(...payloads);
        for (const text of payloads) bytesPut += FRAME_HEADER_BYTES + text.length;
        break;
      }
      case 'take':
        await take(step.maxBytes, step.released);
        break;
      case 'clear':
        if (spool.unreadBytes === 0) await spool.clear();
        break;
      case 'crash': {
        // Only what lies behind the position can be cut: the position is moved when it is on the disk.
        const unread = spool.unreadBytes;
        await spool.close();
        const name = segments().at(-1);
        const cut = Math.min(step.cut, unread, name === undefined ? 0 : statSync(join(directory, name)).size);
        if (name !== undefined) truncateSync(join(directory, name), statSync(join(directory, name)).size - cut);
        bytesCut += cut;
        spool = await open();
        break;
      }
      case 'flip': {
        await spool.close();
        const names = segments();
        const path = join(directory, names[step.where % names.length] ?? 'none');
        if (names.length > 0 && statSync(path).size > 0) {
          const content = readFileSync(path);
          const at = step.where % content.length;
          content[at] = (content[at] ?? 0) ^ (1 << step.bit);
          writeFileSync(path, content);
          flips++;
        }
        spool = await open();
        break;
      }
      default:
        step satisfies never;
    }
  }
  while (await take(200, true));
  await spool.close();
  return { put, taken, bytesPut, bytesCut, flips, damagedBytes, damagedPlaces };
}

async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'lw-spool-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const bytesOf = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + FRAME_HEADER_BYTES + text.length, 0);

test('fault 24: whatever is cut and flipped, what comes out is in order, nothing twice, and what is missing was cut and counted', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const { put, taken, bytesPut, bytesCut, flips, damagedBytes, damagedPlaces } = await inDirectory((directory) =>
        run(directory, script),
      );
      const numbers = taken.map((text) => Number.parseInt(text, 10));
      // In order and nothing twice, and each is what was put in.
      for (let i = 1; i < numbers.length; i++) expect(numbers[i]).toBeGreaterThan(numbers[i - 1] as number);
      for (const [i, number] of numbers.entries()) expect(taken[i]).toBe(put[number]);
      // Bytes are conserved: each came out, was counted as damaged, or never reached the disk.
      expect(bytesOf(taken) + damagedBytes + bytesCut).toBe(bytesPut);
      if (bytesCut === 0 && flips === 0) expect(taken).toEqual(put);
      if (damagedBytes > 0) expect(damagedPlaces).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test('fault 24: cut at any byte, a spool has the whole records before the cut', async () => {
  const texts = ['a', '', 'three', 'and the last one'];
  const length = bytesOf(texts);
  for (let kept = 0; kept <= length; kept++) {
    await inDirectory(async (directory) => {
      const first = await Spool.open({ directory, maxBytes: 1 << 20 });
      await first.append(texts.map((text) => Buffer.from(text)));
      await first.close();
      truncateSync(join(directory, '0000000001.spool1'), kept);
      const second = await Spool.open({ directory, maxBytes: 1 << 20 });
      const part = await second.read(1_000);
      await second.close();
      const whole = texts.filter((_, i) => bytesOf(texts.slice(0, i + 1)) <= kept);
      expect(part?.payloads.map(String) ?? []).toEqual(whole);
      expect(part?.damage.bytes ?? 0).toBe(kept - bytesOf(whole));
    });
  }
});
