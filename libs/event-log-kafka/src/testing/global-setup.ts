import type { TestProject } from 'vitest/node';
import { startTestKafka } from './test-kafka.ts';

/** Runs once for all Kafka tests of a run, before the first: one broker, whose address `inject('kafka')` gives. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kafka = await startTestKafka();
  if ('unavailable' in kafka) {
    process.stdout.write(`The Kafka tests are skipped: ${kafka.unavailable}\n`);
    project.provide('kafka', kafka);
    return async () => undefined;
  }
  process.stdout.write(`The Kafka tests run against ${kafka.bootstrapServers.join(',')} (${kafka.runsAs})\n`);
  project.provide('kafka', { bootstrapServers: kafka.bootstrapServers });
  return () => kafka.close();
}
