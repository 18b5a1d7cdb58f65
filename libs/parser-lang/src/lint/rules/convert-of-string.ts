import { stringOption } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const convertOfString: LintRule = {
  name: 'convert-of-string',
  doc: 'A token that is a string is converted to a string without on_error, which fails and ends the log.',
  severity: 'warning',
  *check({ trace }) {
    for (const use of trace.uses) {
      if (use.via !== 'convert' || use.kind !== 'string' || use.presence !== 'always') continue;
      if (use.statement.kind !== 'plugin' || stringOption(use.statement, 'on_error') !== null) continue;
      const toString = use.statement.options.some(
        ({ name, value }) =>
          name === 'convert' &&
          value.kind === 'hash' &&
          value.pairs.some(
            (pair) => pair.keySpan === use.span && pair.value.kind === 'string' && pair.value.text === 'string',
          ),
      );
      if (!toString) continue;
      yield {
        span: use.span,
        message: `"${use.path}" is a string already, and converting it fails`,
        hint: 'remove the conversion, or add on_error => "already_a_string"',
      };
    }
  },
};
