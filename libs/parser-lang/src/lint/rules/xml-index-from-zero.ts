import { eachStatement } from '../analysis/statement-walk.ts';
import type { Span } from '../../syntax/tree.ts';
import type { Finding, LintRule } from '../rule.ts';

export const xmlIndexFromZero: LintRule = {
  name: 'xml-index-from-zero',
  doc: 'An XML path has the index 0: elements count from 1, so that nothing is found.',
  severity: 'warning',
  *check({ program }) {
    for (const statement of eachStatement(program.statements)) {
      if (statement.kind === 'for' && statement.source.kind === 'xml') {
        yield* check(statement.source.xpath, statement.source.span);
      }
      if (statement.kind !== 'plugin' || statement.name !== 'xml') continue;
      for (const { name, value } of statement.options) {
        if (name !== 'xpath' || value.kind !== 'hash') continue;
        for (const { key, keySpan } of value.pairs) yield* check(key, keySpan);
      }
    }
  },
};

function* check(path: string, span: Span): Generator<Finding> {
  if (!/\[\s*0\s*\]/.test(path)) return;
  yield { span, message: 'elements of XML count from 1', hint: 'write [1] for the first element' };
}
