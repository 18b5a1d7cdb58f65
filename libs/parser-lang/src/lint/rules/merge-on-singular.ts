import { resolvePath } from '@logweave/udm';
import { udmWrites } from '../analysis/udm-writes.ts';
import type { LintRule } from '../rule.ts';

export const mergeOnSingular: LintRule = {
  name: 'merge-on-singular',
  doc: 'merge makes a list of a field that holds one value, which makes the event invalid.',
  severity: 'error',
  *check(context) {
    for (const { use, targets } of udmWrites(context)) {
      if (use.via !== 'merge') continue;
      const fields = targets.map(({ path, root }) => resolvePath(path, root));
      // Maps are merged key by key into a message.
      const wrong = fields.every(
        (field) => field?.repeated === false && (field.kind === 'scalar' || field.kind === 'enum'),
      );
      if (fields.length === 0 || !wrong) continue;
      yield {
        span: use.span,
        message: `"${fields[0]?.path ?? ''}" holds one value, and merge makes a list of it`,
        hint: 'use replace => { "field" => "%{token}" } or rename',
      };
    }
  },
};
