import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { findJava, isPortFree, KafkaUnavailable, kafkaJars } from '@logweave/event-log-kafka/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { DevelopmentKafka } from './development-kafka.ts';

const jars = 'unavailable' in inject('kafka') ? null : await jarsHere();

/** Null where containers are all that this machine has: what is tested needs java and the jars. */
async function jarsHere(): Promise<string | null> {
  try {
    await findJava();
    return await kafkaJars();
  } catch (error) {
    if (error instanceof KafkaUnavailable) return null;
    throw error;
  }
}

describe.skipIf(jars === null)('the Kafka of npm run kafka', () => {
  let home = '';
  let port = 0;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'kafka-home-'));
    symlinkSync(jars ?? '', join(home, basename(jars ?? '')));
    port = 31_001;
    while (!(await isPortFree(port)) || !(await isPortFree(port - 1))) port += 2;
  });
  afterEach(async () => {
    await new DevelopmentKafka(home).stop();
    rmSync(home, { recursive: true });
  });

  it('is started once, is known to whoever looks later, and stops', async () => {
    const options = { brokers: 1, port, fresh: false } as const;
    expect(await new DevelopmentKafka(home).start(options)).toBe(`Kafka runs\nbootstrap.servers=127.0.0.1:${port}`);
    const later = new DevelopmentKafka(home);
    expect(later.status()).toMatch(new RegExp(`^broker 1  127\\.0\\.0\\.1:${port}  running  pid \\d+`));
    expect(await later.start(options)).toBe(`Kafka runs already\nbootstrap.servers=127.0.0.1:${port}`);
    await expect(later.start({ ...options, fresh: true })).rejects.toThrow('stop it before its data is thrown away');
    await expect(later.start({ ...options, port: port + 2 })).rejects.toThrow(`it runs already, on port ${port}`);
    await expect(later.start({ ...options, brokers: 3 })).rejects.toThrow('a cluster of 1 runs; stop it first');
    expect(await later.stop()).toBe('Kafka stopped (1 broker)');
    expect(await later.stop()).toBe('Kafka does not run');
    expect(later.status()).toBe(`stopped; data is kept in ${join(home, 'brokers-1')}`);
    expect(await isPortFree(port)).toBe(true);
  });

  it('names who has its port', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    const start = new DevelopmentKafka(home).start({ brokers: 1, port, fresh: false });
    await expect(start).rejects.toThrow(new RegExp(`port ${port} is taken by .*; choose others with --port`));
    await new Promise((resolve) => holder.close(resolve));
  });
});
