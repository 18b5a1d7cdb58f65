import type { PluginStatement } from '../../syntax/tree.ts';
import { eachBlock, stringOption } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const duplicateOnErrorFlag: LintRule = {
  name: 'duplicate-on-error-flag',
  doc: 'Two filters share an on_error flag that is read after the second alone, which hides a failure of the first.',
  severity: 'warning',
  *check({ program, trace }) {
    const readAt = new Map<string, number[]>();
    for (const { via, root, statement } of trace.uses) {
      if (via !== 'condition') continue;
      const list = readAt.get(root);
      if (list === undefined) readAt.set(root, [statement.index]);
      else list.push(statement.index);
    }
    const isRead = (flag: string, from: number, to: number): boolean =>
      readAt.get(flag)?.some((index) => index > from && index < to) === true;
    for (const block of eachBlock(program)) {
      const last = new Map<string, PluginStatement>();
      for (const statement of block) {
        if (statement.kind !== 'plugin') continue;
        const flag = stringOption(statement, 'on_error');
        if (flag === null) continue;
        const before = last.get(flag.text);
        last.set(flag.text, statement);
        if (before === undefined || isConversionToString(before) || isRead(flag.text, before.index, statement.index))
          continue;
        if (!isRead(flag.text, statement.index, program.statementCount)) continue;
        yield {
          span: flag.span,
          message: `the filter before sets "${flag.text}" as well, and this one sets it anew before it is read`,
          hint: 'give each filter a flag of its own',
        };
      }
    }
  },
};

/** Fails where the token is a string already, so that its flag tells nothing. */
function isConversionToString({ options }: PluginStatement): boolean {
  return options.every(
    ({ name, value }) =>
      name === 'on_error' ||
      (name === 'convert' &&
        value.kind === 'hash' &&
        value.pairs.every((pair) => pair.value.kind === 'string' && pair.value.text === 'string')),
  );
}
