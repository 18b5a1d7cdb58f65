import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../..');

function startDemo(...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const program = join(import.meta.dirname, 'main.ts');
  return spawn(process.execPath, ['--conditions=@logweave/source', program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Reads until the text matches; what was read so far when the stream ends first. */
async function readUntil(stream: Readable, pattern: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (pattern.test(text)) break;
  }
  return text;
}

it('the demo finds the truth, then joins the pair that it offers to paste, and leaves nothing behind', async () => {
  const demo = startDemo();
  const exited = once(demo, 'exit');
  const shown = await readUntil(demo.stdout, /Ctrl-C/);
  expect(shown).toContain('truth            the same 1,820 outcomes, one by one');
  expect(shown).toMatch(/joined +1,745 /);
  expect(shown).toMatch(/UDM events +1,820 of 1,820 logs LOGWEAVE_CORRELATED\n +279 of 279 logs SQUID/);
  expect(shown).toMatch(/91 +claims Chrome on Windows, is python-requests/);
  const pasted = shown.split('\n').find((line) => line.startsWith('echo '));
  const socket = /(\S+)\/http\.socket$/.exec(pasted ?? '');
  expect(socket).not.toBeNull();
  await promisify(execFile)('sh', ['-c', pasted ?? ''], { cwd: root });
  expect(await readUntil(demo.stdout, /\/mine/)).toMatch(/192\.0\.2\.99:50999 +joined #0 +GET example\.com\/mine 200/);
  demo.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  expect(existsSync(dirname(socket?.[0] ?? ''))).toBe(false);
});

it('for machines it prints one object and ends with 0', async () => {
  const demo = startDemo('--once', '--json');
  const exited = once(demo, 'exit');
  const text = await readUntil(demo.stdout, /never/);
  expect(await exited).toEqual([0, null]);
  expect(JSON.parse(text)).toMatchObject({
    right: true,
    events: { A: 1787, B: 411 },
    counts: { raw: 1820, logs: 1820, correlated: 1745, orphansA: 42, orphansB: 33 },
    differences: { missing: [], surplus: [] },
    eventTallies: [
      { logType: 'APACHE', logs: 129 },
      { logType: 'LOGWEAVE_CORRELATED', logs: 1820 },
      { logType: 'SQUID_WEBPROXY', logs: 279 },
    ],
  });
});

it('an option that does not exist ends it with 2 and the usage', async () => {
  const demo = startDemo('--onec');
  const exited = once(demo, 'exit');
  expect(await readUntil(demo.stderr, /never/)).toContain('usage: make demo');
  expect(await exited).toEqual([2, null]);
});
