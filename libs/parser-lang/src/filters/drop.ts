import type { FilterOptions } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';

/** `drop { tag => "TAG_…" }`: ends the log; nothing of it leaves, also not what is in `@output` already. */
export function compileDropFilter(options: FilterOptions): Operation {
  const stop = { kind: 'dropped', tag: options.text('tag') ?? '' } as const;
  return () => stop;
}
