import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { getToken, kindOf } from '../runtime/token-path.ts';

/** Reads the text that a filter works on, and pays for it. */
export function compileSource(path: string, filter: string): (state: ParserState) => string | Failure {
  const source = compilePath(path);
  return (state) => {
    const names = source.resolve(state);
    if (names instanceof Failure) return names;
    const value = getToken(state, names);
    if (typeof value === 'string') {
      state.countWork(value.length);
      return value;
    }
    if (value === undefined) return new Failure(`${filter} failure: source field "${path}" not set`);
    return new Failure(`${filter} failure: source field "${path}" must be a string, it is a ${kindOf(value)}`);
  };
}
