import { resolvePath, suggestField } from '@logweave/udm';
import { udmWrites } from '../analysis/udm-writes.ts';
import type { LintRule } from '../rule.ts';

export const unknownUdmField: LintRule = {
  name: 'unknown-udm-field',
  doc: 'A value goes to a field that UDM does not have, which makes the event invalid.',
  severity: 'error',
  *check(context) {
    for (const { use, targets } of udmWrites(context)) {
      const target = targets[0];
      if (
        target === undefined ||
        targets.some(({ path, root }) => path === '' || resolvePath(path, root) !== undefined)
      ) {
        continue;
      }
      const meant = suggestField(target.path, target.root);
      yield {
        span: use.span,
        message: `UDM has no field "${target.path}"`,
        hint: meant === undefined ? 'see the list of fields' : `did you mean "${meant}"?`,
      };
    }
  },
};
