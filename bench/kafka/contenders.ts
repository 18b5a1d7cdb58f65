import { fileURLToPath } from 'node:url';
import { decodeCommitMetadata } from '@logweave/correlation';
import type { Command, Contender } from './contender.ts';
import type { CopyKind, CopyOrder } from './copy-worker.ts';
import type { CorrelatorOrder } from './correlator-worker.ts';

/** As much as the Java program gets. */
const HEAP_MIB = 512;

/** Our correlator. */
export function correlator(name: string, rules: CorrelatorOrder['rules']): Contender {
  return {
    name,
    command: (run) => nodeCommand(new URL('./correlator-worker.ts', import.meta.url), { run, rules }),
    position: ({ metadata }) => decodeCommitMetadata(metadata).next,
  };
}

/** Reads and writes the same, joining nothing. */
export function copier(name: string, kind: CopyKind): Contender {
  return {
    name,
    command: (run) => nodeCommand(new URL('./copy-worker.ts', import.meta.url), { run, kind } satisfies CopyOrder),
    position: ({ offset }) => offset,
  };
}

function nodeCommand(worker: URL, order: CorrelatorOrder | CopyOrder): Command {
  // As the program itself is started.
  const flags = [
    '--conditions=@logweave/source',
    '--disable-warning=TimeoutNegativeWarning',
    '--max-semi-space-size=64',
  ];
  const profiles = process.env['BENCH_PROFILES'];
  if (profiles !== undefined) flags.push('--cpu-prof', `--cpu-prof-dir=${profiles}`);
  return {
    file: process.execPath,
    args: [...flags, `--max-old-space-size=${HEAP_MIB}`, fileURLToPath(worker), JSON.stringify(order)],
  };
}
