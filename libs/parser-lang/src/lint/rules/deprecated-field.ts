import { findDeprecation } from '@logweave/udm';
import { udmWrites } from '../analysis/udm-writes.ts';
import type { LintRule } from '../rule.ts';

export const deprecatedField: LintRule = {
  name: 'deprecated-field',
  doc: 'A value goes to a field that UDM has deprecated.',
  severity: 'warning',
  *check(context) {
    const told = new Set<string>();
    const writes = [...udmWrites(context)];
    // Said where the text names the field itself, if there is such a place.
    for (const { use, targets } of [...writes.filter(({ direct }) => direct), ...writes]) {
      for (const { path, root } of targets) {
        const deprecation = findDeprecation(path, root);
        if (deprecation === undefined || told.has(deprecation.path)) continue;
        told.add(deprecation.path);
        yield {
          span: use.span,
          message: `the field "${deprecation.path}" is deprecated`,
          hint: deprecation.use === undefined ? 'nothing takes its place' : `use "${deprecation.use}"`,
        };
      }
    }
  },
};
