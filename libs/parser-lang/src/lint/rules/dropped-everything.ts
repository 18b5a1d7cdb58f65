import type { LintRule } from '../rule.ts';

export const droppedEverything: LintRule = {
  name: 'dropped-everything',
  doc: 'A drop that stands under no condition drops every log.',
  severity: 'error',
  *check({ program }) {
    for (const statement of program.statements) {
      if (statement.kind !== 'plugin' || statement.name !== 'drop') continue;
      yield {
        span: statement.span,
        message: 'this drops every log',
        hint: 'put it under the condition that it is for',
      };
      return;
    }
  },
};
