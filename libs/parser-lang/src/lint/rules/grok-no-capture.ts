import { grokParts, grokPatternsOf } from '../analysis/grok-captures.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const grokNoCapture: LintRule = {
  name: 'grok-no-capture',
  doc: 'A grok pattern names no token, and then fails as if it did not match.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program, 'grok')) {
      for (const { pattern } of grokPatternsOf(plugin)) {
        if (grokParts(pattern.text).some(({ token }) => token !== null)) continue;
        yield {
          span: pattern.span,
          message: 'this pattern captures nothing, and so counts as not matching',
          hint: 'name a part of it: %{DATA:token} or (?P<token>…)',
        };
      }
    }
  },
};
