import type { FilterOptions } from '../../compile/compile-context.ts';
import type { Operation } from '../../compile/step.ts';
import { Failure } from '../../extraction.ts';
import { compilePath } from '../../runtime/dynamic-path.ts';
import { removeToken } from '../../runtime/token-path.ts';

/** `remove_field => ["token"]`: nothing happens when it is not set. */
export function compileRemoveField(options: FilterOptions): readonly Operation[] {
  return options.list('remove_field').map(({ text }): Operation => {
    const path = compilePath(text);
    return (state) => {
      const names = path.resolve(state);
      if (names instanceof Failure) return new Failure(`remove_field failure: ${names.message}`);
      removeToken(state, names);
      return undefined;
    };
  });
}
