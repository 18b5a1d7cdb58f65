import type { LintRule } from '../rule.ts';

export const numberInText: LintRule = {
  name: 'number-in-text',
  doc: 'A number, boolean, list or loop index is put into a text with %{…}, which takes strings only and fails.',
  severity: 'warning',
  *check({ trace }) {
    for (const use of trace.uses) {
      if (use.via !== 'interpolation' || use.kind === null || use.kind === 'string') continue;
      if (use.presence === 'never' || use.kind === 'map') continue;
      yield {
        span: use.span,
        message: `"${use.path}" is a ${use.kind} here, and only strings can be put into a text`,
        hint: `convert it first, in a block of its own: mutate { convert => { "${use.path}" => "string" } }`,
      };
    }
  },
};
