import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { findJava } from '@logweave/event-log-kafka/testing';
import type { Contender } from '../../kafka/contender.ts';

const MAVEN = 'mvn';
const HEAP = '-Xmx512m';
/** Only what goes wrong; that state has to be read again after a kill is no news here. */
const LOG_LEVELS = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
  '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.streams.processor.internals.TaskManager=off',
];

export interface OuterJoinOptions {
  readonly windowMs: number;
  readonly graceMs: number;
  readonly sessionMs: number;
  /** Gets one directory for each run. */
  readonly stateDirectory: string;
}

/**
 * The program of this folder, built by Maven.
 * @throws Error when there is no Java, or Maven is missing or fails; the message says what.
 */
export async function kafkaStreams(options: OuterJoinOptions): Promise<Contender> {
  const java = await findJava();
  await build();
  const target = join(import.meta.dirname, 'target');
  return {
    name: 'Kafka Streams',
    command: ({ brokers, group, input, output }) => ({
      file: java,
      args: [
        HEAP,
        ...LOG_LEVELS,
        '-cp',
        `${join(target, 'join.jar')}:${join(target, 'libs', '*')}`,
        'logweave.bench.OuterJoin',
        `brokers=${brokers.join(',')}`,
        `application=${group}`,
        `http=${input.http}`,
        `network=${input.network}`,
        `output=${output.correlated}`,
        `windowMs=${options.windowMs}`,
        `graceMs=${options.graceMs}`,
        `sessionMs=${options.sessionMs}`,
        `stateDir=${options.stateDirectory}`,
      ],
    }),
    position: ({ offset }) => offset,
  };
}

function build(): Promise<void> {
  const pom = join(import.meta.dirname, 'pom.xml');
  return new Promise((resolve, reject) => {
    execFile(MAVEN, ['-B', '-q', '-f', pom, 'package'], (error, stdout, stderr) => {
      if (error === null) return resolve();
      if ('code' in error && error.code === 'ENOENT') return reject(new Error('there is no mvn in the PATH'));
      const said = `${stdout}${stderr}`.trim().split('\n')[0];
      reject(new Error(`mvn could not build the program of Kafka Streams: ${said}`, { cause: error }));
    });
  });
}
