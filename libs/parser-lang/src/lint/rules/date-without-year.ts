import { dateFormatsOf, hasYear } from '../analysis/date-formats.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { PluginStatement } from '../../syntax/tree.ts';
import type { LintRule } from '../rule.ts';

export function isRebased(plugin: PluginStatement): boolean {
  const value = plugin.options.find(({ name }) => name === 'rebase')?.value;
  return (
    value !== undefined &&
    ((value.kind === 'boolean' && value.value) || (value.kind === 'string' && value.text === 'true'))
  );
}

export const dateWithoutYear: LintRule = {
  name: 'date-without-year',
  doc: 'A date format has no year and the filter no rebase, so that the filter fails.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program, 'date')) {
      if (isRebased(plugin)) continue;
      const format = dateFormatsOf(plugin).find(({ text }) => hasYear(text) === false);
      if (format === undefined) continue;
      yield {
        span: format.span,
        message: `the format "${format.text}" has no year`,
        hint: 'add rebase => true, in a date filter that has no formats with a year',
      };
    }
  },
};
