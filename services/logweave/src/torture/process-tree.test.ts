import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { descendantsOf, isAlive, lowerPriority } from './process-tree.ts';

it('a process knows those that it started until they have ended', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo ready; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const found = descendantsOf(process.pid);
  const own = found.find(({ pid }) => pid === child.pid);
  const [sleeping] = descendantsOf(child.pid ?? 0);
  expect(own).toBeDefined();
  expect(sleeping !== undefined && isAlive(sleeping)).toBe(true);
  if (own !== undefined) lowerPriority(own);
  expect(getPriority(child.pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(own !== undefined && isAlive(own)).toBe(false);
  // The child of a killed process lives on, which is what is to be noticed.
  expect(sleeping !== undefined && isAlive(sleeping)).toBe(true);
  expect(() => lowerPriority({ pid: 2 ** 30, startTicks: '' })).not.toThrow();
  if (sleeping !== undefined) process.kill(sleeping.pid, 'SIGKILL');
});
