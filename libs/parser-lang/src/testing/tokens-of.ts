import { runStatements } from './run-statements.ts';

/** The tokens after the statements. @throws Error when the log ended before their end */
export function tokensOf(statements: string, message = ''): unknown {
  const { tokens, stop } = runStatements(statements, message);
  if (stop !== undefined) throw new Error(JSON.stringify(stop));
  return tokens;
}

/** Why the statements failed the log; undefined when they did not. */
export function failureOf(statements: string, message = ''): string | undefined {
  const { stop } = runStatements(statements, message);
  return stop?.kind === 'failed' ? stop.message : undefined;
}
