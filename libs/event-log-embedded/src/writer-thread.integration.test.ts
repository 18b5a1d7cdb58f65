import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDirectory } from './test-log.ts';

describe('a process whose log is open', () => {
  const directory = testDirectory({ beforeEach, afterEach });

  it('ends when it has nothing else to do, but not before what it asked for is written', async () => {
    const program = `
      import { VirtualClock } from '@logweave/model';
      import { openEmbeddedLog } from '${new URL('embedded-log.ts', import.meta.url).href}';
      const path = ${JSON.stringify(directory.path())};
      const log = await openEmbeddedLog({ path, clock: new VirtualClock(), maintainEveryMs: null });
      const base = { cleanup: 'delete', retentionMs: null, retentionBytes: null, maxRecordBytes: 100 };
      await log.ensureTopic({ ...base, name: 't', partitions: 1 });
      const producer = await log.producer();
      const records = [{ key: null, value: Buffer.from('a'), headers: [], timestampMs: 0 }];
      producer.append([{ topic: 't', partition: 0, records }]).then(() => console.log('appended'));`;
    const child = spawn(process.execPath, ['--conditions=@logweave/source', '--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    await expect(once(child, 'close')).resolves.toEqual([0, null]);
    expect(output).toBe('appended\n');
  });
});
