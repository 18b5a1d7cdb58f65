import { eachPlugin, stringsOf } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';
import type { NameUse } from '../analysis/name-trace.ts';

export const grokOverwrite: LintRule = {
  name: 'grok-overwrite',
  doc: 'grok captures onto a token that is set already and not in overwrite, so that the filter fails.',
  severity: 'warning',
  *check({ program, trace }) {
    const captures = new Map<number, NameUse[]>();
    for (const use of trace.uses) {
      if (use.via !== 'grok' || use.action !== 'write') continue;
      const list = captures.get(use.statement.index);
      if (list === undefined) captures.set(use.statement.index, [use]);
      else list.push(use);
    }
    for (const plugin of eachPlugin(program, 'grok')) {
      const overwrite = new Set(
        plugin.options
          .filter(({ name }) => name === 'overwrite')
          .flatMap(({ value }) => stringsOf(value).map(({ text }) => text)),
      );
      const told = new Set<string>();
      for (const use of captures.get(plugin.index) ?? []) {
        if (use.presence !== 'always' || overwrite.has(use.path) || told.has(use.path) || isOwn(use, captures))
          continue;
        told.add(use.path);
        yield {
          span: use.span,
          message: `"${use.path}" is set already, and grok does not overwrite it`,
          hint: `add overwrite => ["${use.path}"] to the filter`,
        };
      }
    }
  },
};

/** A later pattern of the same filter names the token that an earlier one has named. */
function isOwn(use: NameUse, captures: ReadonlyMap<number, readonly NameUse[]>): boolean {
  const first = captures.get(use.statement.index)?.find(({ path }) => path === use.path);
  return first !== use && first?.presence !== 'always';
}
