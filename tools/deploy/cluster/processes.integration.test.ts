import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Processes } from './processes.ts';
import { until } from './until.ts';

function inFolder(): { readonly folder: string; readonly processes: Processes } {
  const folder = mkdtempSync(join(tmpdir(), 'logweave-processes-'));
  const processes = new Processes(folder);
  onTestFinished(async () => {
    await processes.stop();
    rmSync(folder, { recursive: true });
  });
  return { folder, processes };
}

const alive = (processes: Processes): boolean => {
  try {
    processes.checkRunning();
    return true;
  } catch {
    return false;
  }
};

it('tells which program has ended by itself, with its last words', async () => {
  const { processes } = inFolder();
  processes.start('steady', 'sleep', ['60']);
  processes.start('short', 'sh', ['-c', 'echo no room; exit 3']);
  await until(10, () => (alive(processes) ? ['still there'] : []));
  expect(() => processes.checkRunning()).toThrow('short has ended (3):\nno room');
});

it('tells of a program that there is none', async () => {
  const { processes } = inFolder();
  processes.start('missing', '/nonexistent/program', []);
  expect(() => processes.checkRunning()).toThrow('missing has ended (not started)');
});

it('ends them in the reverse of their order, each when the one before has ended', async () => {
  const { folder, processes } = inFolder();
  const order = join(folder, 'order');
  for (const name of ['first', 'second']) {
    const script = `trap 'sleep 0.2; echo ${name} >>${order}; exit 0' TERM; echo up; while :; do sleep 0.05; done`;
    processes.start(name, 'sh', ['-c', script]);
  }
  await until(10, () => ['first', 'second'].filter((name) => !processes.tail(name).includes('up')));
  await processes.stop();
  expect(readFileSync(order, 'utf8')).toBe('second\nfirst\n');
});
