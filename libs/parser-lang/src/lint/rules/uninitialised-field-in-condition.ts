import type { LintRule } from '../rule.ts';

/** The careful form of unset-name-in-condition, for logs whose fields come and go. */
export const uninitialisedFieldInCondition: LintRule = {
  name: 'uninitialised-field-in-condition',
  doc: 'A condition reads a name that exists only when the log has such a field, so that logs without it fail.',
  severity: 'warning',
  *check({ trace }) {
    for (const use of trace.uses) {
      if (use.via !== 'condition' || use.rootPresence !== 'never' || !use.open) continue;
      if (trace.flags.has(use.root) || use.root.startsWith('@')) continue;
      yield {
        span: use.span,
        message: `"${use.root}" exists only in logs that have it; without it this condition ends the log`,
        hint: `set it before the extraction: mutate { replace => { "${use.path}" => "" } }`,
      };
    }
  },
};
