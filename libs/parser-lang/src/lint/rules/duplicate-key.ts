import { eachLiteral, eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const duplicateKey: LintRule = {
  name: 'duplicate-key',
  doc: 'A hash has the same key twice; of two merges to one list in a block, which one counts is not defined.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program)) {
      for (const option of plugin.options) {
        for (const literal of eachLiteral(option.value)) {
          if (literal.kind !== 'hash') continue;
          const seen = new Set<string>();
          for (const { key, keySpan } of literal.pairs) {
            if (seen.has(key)) {
              const hint =
                option.name === 'merge' ? 'merge the second one in a mutate block of its own' : 'remove one of the two';
              yield { span: keySpan, message: `"${key}" is in this hash already`, hint };
            }
            seen.add(key);
          }
        }
      }
    }
  },
};
