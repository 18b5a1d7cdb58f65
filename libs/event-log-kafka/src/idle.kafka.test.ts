import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { KafkaProxy } from './testing/kafka-proxy.ts';
import { openTestLog, recordOf, topicSpec } from './testing/test-log.ts';

const kafka = inject('kafka');
const brokers = 'unavailable' in kafka ? [] : kafka.bootstrapServers;
const run = promisify(execFile);

/** Milliseconds of a processor that idle connections of kafkajs take in two seconds, in a process of their own. */
async function idleCost(connections: number, adapter: 'with' | 'without'): Promise<number> {
  const program = `
    ${adapter === 'with' ? `await import(${JSON.stringify(join(import.meta.dirname, 'kafkajs.ts'))});` : ''}
    const { default: { Kafka, logLevel } } = await import('kafkajs');
    const kafka = new Kafka({ brokers: ${JSON.stringify(brokers)}, logLevel: logLevel.NOTHING });
    const admins = Array.from({ length: ${connections} }, () => kafka.admin());
    for (const admin of admins) {
      await admin.connect();
      await admin.describeCluster();
    }
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1_000);
    process.exit(0);
  `;
  const flags = ['--conditions=@logweave/source', '--no-warnings', '--input-type=module', '-e', program];
  const { stdout } = await run(process.execPath, flags, { cwd: import.meta.dirname });
  return Number(stdout);
}

describe.skipIf('unavailable' in kafka)('idle connections', () => {
  it('cost a fraction of what kafkajs takes, since their timers run only while something waits', async () => {
    const [without, patched] = [await idleCost(40, 'without'), await idleCost(40, 'with')];
    process.stdout.write(`40 idle connections for 2 s: ${without} ms of CPU as kafkajs has them, ${patched} ms here\n`);
    // About a third; what is left looks ten times a second whether a request takes too long.
    expect(patched).toBeLessThan(without * 0.75);
  });

  it('are shared: sixty-four transactional producers need no more of them than one', async () => {
    const proxy = await KafkaProxy.start(brokers);
    const log = openTestLog(proxy.bootstrapServers);
    const topic = `idle-${crypto.randomUUID()}`;
    await log.ensureTopic(topicSpec(topic));
    const commit = async (number: number): Promise<string> => {
      const producer = await log.transactionalProducer(`id-${number}-${topic}`);
      const batches = [{ topic, partition: 0, records: [recordOf(`${number}`)] }];
      return (await producer.commit({ batches, group: topic, offsets: [] })).kind;
    };
    expect(await commit(0)).toBe('committed');
    const { connections } = proxy;
    const outcomes = await Promise.all(Array.from({ length: 63 }, (_, i) => commit(i + 1)));
    expect(new Set(outcomes)).toEqual(new Set(['committed']));
    expect(proxy.connections).toBe(connections);
    await log.close();
    await proxy.close();
  });
});
