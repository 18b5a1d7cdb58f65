import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { encodeFrames } from './spool-frame.ts';

const MIB = 1024 * 1024;

/** Opens a spool, reads the first part and puts something in; prints what that took. */
const OPENER = `
import { Spool } from '${fileURLToPath(new URL('./spool.ts', import.meta.url))}';
const before = process.memoryUsage().rss;
const startedMs = performance.now();
const spool = await Spool.open({ directory: process.argv[1], maxBytes: 2 ** 40 });
const part = await spool.read(4 * 2 ** 20);
await spool.append([Buffer.from('new')]);
const ms = performance.now() - startedMs;
console.log(JSON.stringify({ ms, rss: process.memoryUsage().rss - before, bytes: spool.bytes, first: part.payloads.length }));
await spool.close();
`;

test('fault 25: a spool of 10 GB is open, read from and written to in less than five seconds, with flat memory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lw-spool-'));
  const content = encodeFrames(Array.from({ length: 1_000 }, (_, i) => Buffer.from(`{"n":${i}}`)));
  for (let sequence = 1; sequence <= 160; sequence++) {
    // Behind the first records there is a hole: that takes no disk, and whoever read all of it would take his time.
    const path = join(directory, `${String(sequence).padStart(10, '0')}.spool1`);
    writeFileSync(path, content);
    truncateSync(path, 64 * MIB);
  }
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=@logweave/source', '--max-old-space-size=64', '--input-type=module', '-e', OPENER, directory],
    { encoding: 'utf8' },
  );
  rmSync(directory, { recursive: true });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { ms, rss, bytes, first } = JSON.parse(stdout) as Record<'ms' | 'rss' | 'bytes' | 'first', number>;
  console.info(`10 GB: ${Math.round(ms)} ms, ${Math.round(rss / MIB)} MiB`);
  expect(bytes).toBeGreaterThan(10e9);
  expect(first).toBe(1_000);
  expect(ms).toBeLessThan(5_000);
  expect(rss).toBeLessThan(64 * MIB);
});
