import { dateFormatsOf, NAMED_FORMATS, unknownPart } from '../analysis/date-formats.ts';
import { didYouMean } from '../analysis/nearest-name.ts';
import { sourceOffsets, sourceSpan } from '../analysis/source-offsets.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const unknownDateFormat: LintRule = {
  name: 'unknown-date-format',
  doc: 'A date format has a name or letters that stand for nothing, and so never matches.',
  severity: 'warning',
  *check({ program, text }) {
    for (const plugin of eachPlugin(program, 'date')) {
      for (const format of dateFormatsOf(plugin)) {
        const unknown = unknownPart(format.text);
        if (unknown === null) continue;
        const isName = /^[A-Z][A-Z0-9_]{2,}$/.test(format.text);
        const span = sourceSpan(sourceOffsets(text, format), unknown.at, unknown.at + unknown.text.length);
        yield {
          span: isName ? format.span : span,
          message: `"${isName ? format.text : unknown.text}" stands for nothing in a date format`,
          hint: isName
            ? didYouMean(format.text, NAMED_FORMATS.keys()) ||
              `formats with a name are ${[...NAMED_FORMATS.keys()].join(', ')}`
            : "put literal text in single quotes: 'T'",
        };
      }
    }
  },
};
