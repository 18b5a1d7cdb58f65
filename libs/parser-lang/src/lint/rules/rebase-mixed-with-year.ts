import { dateFormatsOf, hasYear } from '../analysis/date-formats.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';
import { isRebased } from './date-without-year.ts';

export const rebaseMixedWithYear: LintRule = {
  name: 'rebase-mixed-with-year',
  doc: 'A date filter with rebase has formats with a year beside formats without one, and engines differ in what becomes of the former.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program, 'date')) {
      if (!isRebased(plugin)) continue;
      const formats = dateFormatsOf(plugin);
      const withYear = formats.find(({ text }) => hasYear(text) === true);
      if (withYear === undefined || !formats.some(({ text }) => hasYear(text) === false)) continue;
      yield {
        span: withYear.span,
        message: `the format "${withYear.text}" has a year, and others beside it need rebase`,
        hint: 'use two date filters, one with rebase for the formats without a year',
      };
    }
  },
};
