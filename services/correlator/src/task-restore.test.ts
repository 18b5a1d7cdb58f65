import type { EventLog } from '@logweave/event-log';
import { expect, it } from 'vitest';
import { correlationRules } from './correlation-rules.ts';
import { taskPartitions } from './task-partitions.ts';
import { restoreTask } from './task-restore.ts';
import { CorrelatorWorld } from './testing/correlator-world.ts';

it('fault 8: a task that stands still while it is restored does not go on with what its successor has written', async () => {
  const world = new CorrelatorWorld({ correlation: { on_stop: 'keep' } });
  const { config } = world;
  const log = world.cluster.connect();
  const partitions = taskPartitions(config.topics, 0, 1);
  const line = (port: number) => ({ side: 'A', port, atMs: world.clock.wallMs() - world.startMs }) as const;
  /** What happens before it reads the state. */
  const restoring = (meanwhile: () => Promise<void>) => {
    const standing: Pick<EventLog, 'committed' | 'watermarks' | 'reader'> = {
      committed: (group, of) => log.committed(group, of),
      watermarks: async (topic) => {
        if (topic === config.topics.state) await meanwhile();
        return log.watermarks(topic);
      },
      reader: (partition, from) => log.reader(partition, from),
    };
    return restoreTask(standing, config, correlationRules(config), partitions);
  };
  await world.start();
  world.send(line(1));
  await world.clock.advance(1_000);
  await expect(restoring(async () => undefined)).resolves.toMatchObject({ next: [1, 0] });
  const late = restoring(async () => {
    world.send(line(2));
    await world.clock.advance(1_000);
  });
  await expect(late).rejects.toMatchObject({ retriable: true, message: expect.stringContaining('taken over') });
});
