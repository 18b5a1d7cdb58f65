import type { LintContext } from '../lint-context.ts';
import type { NameUse } from './name-trace.ts';
import type { UdmTarget } from './udm-targets.ts';

/** A value that goes to fields of a record. */
export interface UdmWrite {
  readonly use: NameUse;
  readonly targets: readonly UdmTarget[];
  /** Whether the text itself names the field. */
  readonly direct: boolean;
}

const WRITERS: ReadonlySet<string> = new Set(['replace', 'rename', 'merge', 'copy', 'date', 'convert']);

/** The places where a program puts something into a field of a record, directly or by way of a token. */
export function* udmWrites({ trace, targets }: LintContext): Generator<UdmWrite> {
  for (const use of trace.uses) {
    if (use.action !== 'write' || !WRITERS.has(use.via) || use.path.includes('%{')) continue;
    const found = targets.of(use.path);
    if (found.length === 0) continue;
    yield { use, targets: found, direct: use.path.includes('.idm.') };
  }
}
