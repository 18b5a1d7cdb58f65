import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { brokerFiles, logTail, runningPid } from './running-broker.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'running-broker-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('a broker runs while the process of its pid file names its properties', async () => {
  const files = brokerFiles(directory);
  expect(runningPid(files)).toBeNull();
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', files.properties], { stdio: 'pipe' });
  await once(child, 'spawn');
  writeFileSync(files.pid, `${child.pid}\n`);
  expect(runningPid(files)).toBe(child.pid);
  child.stdin.end();
  await once(child, 'exit');
  expect(runningPid(files)).toBeNull();
});

it('a number that another process has by now is no broker', () => {
  const files = brokerFiles(directory);
  writeFileSync(files.pid, `${process.pid}\n`);
  expect(runningPid(files)).toBeNull();
});

it('the end of a log is its last lines', () => {
  const files = brokerFiles(directory);
  expect(logTail(files)).toBe('(no log)');
  writeFileSync(files.log, 'a\nb\nc\n');
  expect(logTail(files, 2)).toBe('b\nc');
});
