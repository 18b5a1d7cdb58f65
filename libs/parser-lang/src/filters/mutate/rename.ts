import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { removeToken, setToken } from '../../runtime/token-path.ts';

/** `rename => { "old" => "new" }`: moves the value and keeps its kind; nothing happens when it is not set. */
export function compileRename(options: FilterOptions): readonly Operation[] {
  return options.pairs('rename').map(({ key, text }): Operation => {
    const from = compilePath(key);
    const to = compilePath(text);
    return (state) => {
      const source = from.resolve(state);
      if (source instanceof Failure) return new Failure(`rename failure: ${source.message}`);
      const target = to.resolve(state);
      if (target instanceof Failure) return new Failure(`rename failure: ${target.message}`);
      const value = removeToken(state, source);
      if (value !== undefined) setToken(state, target, value);
      return undefined;
    };
  });
}
