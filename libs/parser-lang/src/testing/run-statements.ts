import { CompileContext } from '../compile/compile-context.ts';
import { compileProgram } from '../compile/compile-program.ts';
import type { Stop } from '../compile/step.ts';
import { toPlain } from '../filters/statedump.ts';
import { DEFAULT_LIMITS, type ParserLimits } from '../runtime/limits.ts';
import { ParserState } from '../runtime/parser-state.ts';
import { parseProgram } from '../syntax/parse-program.ts';

export interface RanStatements {
  /** The tokens as plain JSON, without those that stand there from the beginning and did not change. */
  readonly tokens: Readonly<Record<string, unknown>>;
  readonly stop: Stop | undefined;
  readonly outputs: readonly unknown[];
  readonly state: ParserState;
}

/** Runs statements over a message. @throws Error with all diagnostics when they do not compile. */
export function runStatements(
  statements: string,
  message = '',
  options: { readonly limits?: Partial<ParserLimits>; readonly strict?: boolean } = {},
): RanStatements {
  const context = new CompileContext();
  const { program, diagnostics } = parseProgram(`filter {\n${statements}\n}`);
  const step = compileProgram(program, context, { strict: options.strict ?? true });
  const errors = [...diagnostics, ...context.diagnostics].filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ message: text }) => text).join('; '));
  const state = new ParserState({ ...DEFAULT_LIMITS, ...options.limits });
  state.tokens.set('message', message);
  const stop = step(state);
  const plain = JSON.parse(JSON.stringify(toPlain(state.tokens))) as Record<string, unknown>;
  const { message: after, ...tokens } = plain;
  return {
    tokens: after === message ? tokens : plain,
    stop,
    outputs: JSON.parse(JSON.stringify(state.outputs.map(toPlain))) as unknown[],
    state,
  };
}
