import { resolvePath } from '@logweave/udm';
import { udmWrites } from '../analysis/udm-writes.ts';
import type { LintRule } from '../rule.ts';

export const replaceOnRepeated: LintRule = {
  name: 'replace-on-repeated',
  doc: 'replace or rename puts one value into a repeated field, and what was in it is lost.',
  severity: 'warning',
  *check(context) {
    for (const { use, targets, direct } of udmWrites(context)) {
      if (!direct || (use.via !== 'replace' && use.via !== 'rename') || use.value?.text === '') continue;
      // Only where something may be lost: a field that is empty until then gets a list of one.
      if (use.presence === 'never') continue;
      const fields = targets.map(({ path, root }) => resolvePath(path, root));
      if (fields.length === 0 || fields.some((field) => field?.repeated !== true || field.kind === 'struct')) continue;
      yield {
        span: use.span,
        message: `"${fields[0]?.path ?? ''}" is repeated, and ${use.via} throws away what it holds`,
        hint: 'put the value into a token and merge that: merge => { "field" => "token" }',
      };
    }
  },
};
