import { eachBlock, eachStatement } from '../analysis/statement-walk.ts';
import { conditionKey } from '../analysis/condition-key.ts';
import type { LintRule } from '../rule.ts';

export const unreachableBranch: LintRule = {
  name: 'unreachable-branch',
  doc: 'A branch has the condition of an earlier branch, or statements stand behind a drop: they never run.',
  severity: 'warning',
  *check({ program }) {
    for (const statement of eachStatement(program.statements)) {
      if (statement.kind !== 'if') continue;
      const seen = new Set<string>();
      for (const { condition } of statement.branches) {
        const key = conditionKey(condition);
        if (seen.has(key)) {
          yield {
            span: condition.span,
            message: 'an earlier branch has the same condition, so this one never runs',
            hint: 'mend the condition, or remove the branch',
          };
        }
        seen.add(key);
      }
    }
    for (const block of eachBlock(program)) {
      const at = block.findIndex((statement) => statement.kind === 'plugin' && statement.name === 'drop');
      const behind = at === -1 ? undefined : block[at + 1];
      if (behind === undefined) continue;
      const { start, end } =
        behind.kind === 'plugin' ? behind.nameSpan : { ...behind.span, end: behind.span.start + behind.kind.length };
      yield {
        span: { start, end },
        message: 'nothing runs behind a drop',
        hint: 'remove this, or put it before the drop',
      };
    }
  },
};
