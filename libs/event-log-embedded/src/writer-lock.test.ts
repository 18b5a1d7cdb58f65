import { VirtualClock } from '@logweave/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbeddedLog } from './embedded-log.ts';
import { testDirectory } from './test-log.ts';

describe('the writer lock', () => {
  const directory = testDirectory({ beforeEach, afterEach });
  const clock = new VirtualClock();

  it('refuses a second writer and names the pid of the first', async () => {
    const options = { path: directory.path(), clock, maintainEveryMs: null };
    const first = await openEmbeddedLog(options);
    await expect(openEmbeddedLog(options)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.close();
    const second = await openEmbeddedLog(options);
    await second.close();
  });
});
