import { resolvePath } from '@logweave/udm';
import { nearestName } from '../analysis/nearest-name.ts';
import type { LintRule } from '../rule.ts';

export const unknownEnumValue: LintRule = {
  name: 'unknown-enum-value',
  doc: 'A text that is no name of the enum goes to an enum field, which makes the event invalid.',
  severity: 'error',
  *check({ trace, targets }) {
    const upper = new Set(trace.uses.filter(({ via }) => via === 'uppercase').map(({ path }) => path));
    for (const use of trace.uses) {
      const value = use.value;
      if (use.action !== 'write' || value === null || value.text === '' || value.text.includes('%{')) continue;
      const fields = targets.ofText(use.path).map(({ path, root }) => resolvePath(path, root));
      const names = fields.map((field) => field?.enumNames);
      const first = names[0];
      if (first === undefined || names.some((list) => list === undefined)) continue;
      const written = upper.has(use.path) ? value.text.toUpperCase() : value.text;
      // The number of a name does as well.
      if (names.some((list) => list?.includes(written)) || /^\d+$/.test(written)) continue;
      const meant = first.find((name) => name === written.toUpperCase()) ?? nearestName(written, first);
      yield {
        span: value.span,
        message: `"${written}" is no value of ${fields[0]?.path ?? ''}`,
        hint:
          meant === null
            ? `values are ${first.slice(0, 12).join(', ')}${first.length > 12 ? ', …' : ''}`
            : `did you mean "${meant}"?`,
      };
    }
  },
};
