import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { KafkaUnavailable } from './kafka-unavailable.ts';

/** The oldest Java that a Kafka 4 broker runs on. */
const OLDEST_JAVA = 17;

/**
 * A java command that can run a broker: that of `JAVA_HOME` where it is set, else the one of the path.
 * @throws KafkaUnavailable when there is none or it is too old.
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const command = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : 'java';
  const said = await versionText(command, env);
  if (said === null) {
    const where = env['JAVA_HOME'] ? `${command} (from JAVA_HOME) does not run` : 'there is no java in the PATH';
    throw new KafkaUnavailable(`${where}: a broker needs Java ${OLDEST_JAVA} or later`);
  }
  const major = javaMajor(said);
  if (major === null) throw new KafkaUnavailable(`${command} -version does not say its version: ${said.trim()}`);
  if (major < OLDEST_JAVA) {
    throw new KafkaUnavailable(`${command} is Java ${major}: a broker needs Java ${OLDEST_JAVA} or later`);
  }
  return command;
}

/** The major version out of what `java -version` says; Java 8 calls itself 1.8. Null when there is none in it. */
export function javaMajor(said: string): number | null {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(said) ?? [];
  if (first === undefined) return null;
  return Number(first === '1' ? (second ?? first) : first);
}

/** Java says its version on standard error. Null when it cannot be run. */
function versionText(command: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(command, ['-version'], { env }, (error, stdout, stderr) =>
      resolve(error === null ? `${stderr}${stdout}` : null),
    );
  });
}
