import type { Program } from '../syntax/tree.ts';
import { type NameTrace, traceNames } from './analysis/name-trace.ts';
import { UdmTargets } from './analysis/udm-targets.ts';

/** What rules look at. What several of them need is worked out once, when it is first asked for. */
export interface LintContext {
  readonly program: Program;
  readonly text: string;
  readonly trace: NameTrace;
  readonly targets: UdmTargets;
}

export function createLintContext(program: Program, text: string): LintContext {
  let trace: NameTrace | null = null;
  let targets: UdmTargets | null = null;
  return {
    program,
    text,
    get trace(): NameTrace {
      trace ??= traceNames(program, text);
      return trace;
    },
    get targets(): UdmTargets {
      targets ??= new UdmTargets(program, text);
      return targets;
    },
  };
}
