import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const duplicateOption: LintRule = {
  name: 'duplicate-option',
  doc: 'A filter has an option with one value twice, of which only the last counts.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program)) {
      const seen = new Set<string>();
      for (const { name, nameSpan, value } of plugin.options) {
        // Hashes and arrays add up.
        if (value.kind === 'hash' || value.kind === 'array') continue;
        if (seen.has(name)) {
          yield {
            span: nameSpan,
            message: `this "${plugin.name}" has "${name}" already, and only the last one counts`,
            hint: 'remove one of the two, or use two filters',
          };
        }
        seen.add(name);
      }
    }
  },
};
