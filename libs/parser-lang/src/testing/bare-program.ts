import { CompileContext } from '../compile/compile-context.ts';
import { compileProgram } from '../compile/compile-program.ts';
import type { Step, Stop } from '../compile/step.ts';
import { toPlain } from '../filters/statedump.ts';
import type { RawLog } from '../log-parser.ts';
import { runProgram } from '../run-program.ts';
import { DEFAULT_LIMITS } from '../runtime/limits.ts';
import { parseProgram } from '../syntax/parse-program.ts';
import { interpretProgram } from './naive-interpreter.ts';

/** A program without what comes behind it: neither encoding nor validation. */
export interface BareProgram {
  /** Runs over a log and gives how it ended; made for measuring. */
  run(log: RawLog): Stop['kind'] | 'done';
  /** The same, with everything that the log left behind, as plain JSON. */
  inspect(log: RawLog): unknown;
}

/** The program as it runs for logs. @throws Error when the text does not compile. */
export function compiledProgram(text: string): BareProgram {
  const context = new CompileContext();
  const { program, diagnostics } = parseProgram(text);
  const step = compileProgram(program, context, { strict: true });
  const error = [...diagnostics, ...context.diagnostics].find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(error.message);
  return bare(step);
}

/** The same program, interpreted from its tree for every log. */
export function naiveProgram(text: string): BareProgram {
  return bare(interpretProgram(text));
}

function bare(step: Step): BareProgram {
  return {
    run(log) {
      const { error, dropped } = runProgram(step, log, DEFAULT_LIMITS);
      return error !== null ? 'failed' : dropped !== null ? 'dropped' : 'done';
    },
    inspect(log) {
      const { state, error, dropped } = runProgram(step, log, DEFAULT_LIMITS);
      return { error, dropped, tokens: toPlain(state.copy(state.tokens)), outputs: state.outputs.map(toPlain) };
    },
  };
}
