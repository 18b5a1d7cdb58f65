import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KafkaUnavailable } from './kafka-unavailable.ts';

/** Sources and built code lie equally deep in the package. */
const repository = join(import.meta.dirname, '..', '..', '..', '..');
const pomFile = join(repository, 'tools', 'kafka', 'pom.xml');

/** Where jars and the data of development brokers are kept, ignored by git. */
export const KAFKA_HOME: string = join(repository, '.kafka');

const TAIL_LINES = 5;

/**
 * The directory of the broker's jars; the first time Maven fetches them (45 MB).
 * @param home Where they are kept.
 * @throws KafkaUnavailable when they are not there and cannot be fetched.
 */
export async function kafkaJars(home: string = KAFKA_HOME, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const wanted = createHash('sha256')
    .update(await readFile(pomFile))
    .digest('hex')
    .slice(0, 12);
  const jars = join(home, `jars-${wanted}`);
  if (existsSync(jars)) return jars;
  await mkdir(home, { recursive: true });
  const fetched = await mkdtemp(join(home, 'fetching-'));
  try {
    await fetchJars(fetched, env);
    // Only a complete set gets the name, however the fetch ends.
    await rename(fetched, jars).catch((error: unknown) => {
      // Somebody else was faster: theirs are the same.
      if (!existsSync(jars)) throw error;
    });
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
  return jars;
}

function fetchJars(directory: string, env: NodeJS.ProcessEnv): Promise<void> {
  const goals = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${directory}`];
  return new Promise((resolve, reject) => {
    execFile('mvn', ['-B', '-q', '-f', pomFile, ...goals], { env }, (error, stdout, stderr) => {
      if (error === null) return resolve();
      if ('code' in error && error.code === 'ENOENT') {
        const message = `the jars of Kafka are not in ${KAFKA_HOME} yet, and there is no mvn in the PATH to fetch them`;
        return reject(new KafkaUnavailable(message));
      }
      const tail = `${stdout}${stderr}`.trim().split('\n').slice(0, TAIL_LINES).join('\n');
      reject(new KafkaUnavailable(`mvn could not fetch the jars of Kafka:\n${tail}`, { cause: error }));
    });
  });
}
