import { didYouMean } from '../analysis/nearest-name.ts';
import { CONVERT_TYPES } from '../analysis/plugin-options.ts';
import { mutateOperations } from '../analysis/plugin-effects.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const unknownConvertType: LintRule = {
  name: 'unknown-convert-type',
  doc: 'convert is given a type that there is not, and so fails for every log.',
  severity: 'warning',
  *check({ program }) {
    for (const plugin of eachPlugin(program, 'mutate')) {
      for (const { name, value } of mutateOperations(plugin)) {
        if (name !== 'convert' || value.kind !== 'hash') continue;
        for (const { value: type } of value.pairs) {
          if (type.kind !== 'string' || CONVERT_TYPES.includes(type.text)) continue;
          yield {
            span: type.span,
            message: `there is no type "${type.text}"`,
            hint: didYouMean(type.text, CONVERT_TYPES) || `types are ${CONVERT_TYPES.join(', ')}`,
          };
        }
      }
    }
  },
};
