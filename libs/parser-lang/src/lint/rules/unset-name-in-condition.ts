import { createGuesser } from '../analysis/nearest-name.ts';
import type { LintRule } from '../rule.ts';

/** A condition on a name that is nowhere in the state ends the log with an error, which no on_error can catch. */
export const unsetNameInCondition: LintRule = {
  name: 'unset-name-in-condition',
  doc: 'A condition reads a name that nothing before it sets, so that every log that comes there fails.',
  severity: 'warning',
  *check({ trace }) {
    const guess = createGuesser(new Set(trace.uses.filter(({ action }) => action === 'write').map(({ root }) => root)));
    for (const use of trace.uses) {
      if (use.via !== 'condition' || use.rootPresence !== 'never' || use.open) continue;
      if (trace.flags.has(use.root) || use.root.startsWith('@')) continue;
      const set = `set it above: mutate { replace => { "${use.path}" => "" } }`;
      const meant = guess(use.root);
      yield {
        span: use.span,
        message: `nothing before this condition sets "${use.root}"`,
        hint: meant === '' ? set : `${meant} If not, ${set}`,
      };
    }
  },
};
