import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, it, vi } from 'vitest';
import { isBroker } from './running-broker.ts';
import type { StartedKafka } from './start-and-wait.ts';

describe.skipIf('unavailable' in inject('kafka'))('a Kafka whose process is killed', () => {
  it('ends as well, and leaves nothing behind', async ({ skip }) => {
    const file = join(import.meta.dirname, 'start-and-wait.ts');
    const child = spawn(process.execPath, ['--conditions=@logweave/source', file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const started = JSON.parse(line) as StartedKafka;
    if (started === null) {
      child.stdin.end();
      await once(child, 'exit');
      skip('it runs in a container, which testcontainers ends');
      return;
    }
    const { pid, files } = started;
    expect(isBroker(pid, files)).toBe(true);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(existsSync(files.directory)).toBe(false), 20_000);
    // It was ended before, and not by the loss of its directory.
    expect(isBroker(pid, files)).toBe(false);
  });
});
