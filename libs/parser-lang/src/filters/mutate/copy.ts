import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { getToken, setToken } from '../../runtime/token-path.ts';

/** `copy => { "target" => "source" }`: a copy that shares nothing with its source, which must be set. */
export function compileCopy(options: FilterOptions): readonly Operation[] {
  return options.pairs('copy').map(({ key, text }): Operation => {
    const to = compilePath(key);
    const from = compilePath(text);
    return (state) => {
      const source = from.resolve(state);
      if (source instanceof Failure) return new Failure(`copy failure: ${source.message}`);
      const target = to.resolve(state);
      if (target instanceof Failure) return new Failure(`copy failure: ${target.message}`);
      const value = getToken(state, source);
      if (value === undefined) {
        const advice = 'try using replace to provide the value before calling copy';
        return new Failure(`copy failure: copy source field "${text}" must not be empty (${advice})`);
      }
      setToken(state, target, state.copy(value));
      return undefined;
    };
  });
}
