import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const statedumpLeft: LintRule = {
  name: 'statedump-left',
  doc: 'statedump is for previews: a parser that contains it is refused when it is submitted.',
  severity: 'error',
  *check({ program }) {
    for (const { span } of eachPlugin(program, 'statedump')) {
      yield { span, message: 'statedump is for previews only', hint: 'remove it before the parser is submitted' };
    }
  },
};
