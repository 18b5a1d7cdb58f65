import { join } from 'node:path';
import { type Finished, RecordedProcess } from '@logweave/service-kit/testing';

/** A process of a bundle whose output is kept. It gets nothing of the environment but PATH. */
export function startBundle(bundle: string, cwd: string, args: readonly string[]): RecordedProcess {
  return new RecordedProcess([join(bundle, 'bin/logweave.mjs'), ...args], { cwd, env: { PATH: process.env.PATH } });
}

/** Runs a command of a bundle to its end. */
export function runBundle(bundle: string, cwd: string, args: readonly string[]): Promise<Finished> {
  return startBundle(bundle, cwd, args).finished;
}
