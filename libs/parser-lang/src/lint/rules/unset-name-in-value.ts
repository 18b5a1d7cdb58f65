import { createGuesser } from '../analysis/nearest-name.ts';
import type { LintRule } from '../rule.ts';

const READERS: ReadonlySet<string> = new Set([
  'interpolation',
  'copy',
  'date',
  'json',
  'kv',
  'csv',
  'xml',
  'grok',
  'base64',
  'translate',
]);

export const unsetNameInValue: LintRule = {
  name: 'unset-name-in-value',
  doc: 'A filter reads a token whose name nothing before it sets, so that the filter always fails.',
  severity: 'warning',
  *check({ trace }) {
    const guess = createGuesser(new Set(trace.uses.filter(({ action }) => action === 'write').map(({ root }) => root)));
    for (const use of trace.uses) {
      if (!READERS.has(use.via) || use.action !== 'read' || use.rootPresence !== 'never' || use.open) continue;
      if (trace.flags.has(use.root) || use.root.startsWith('@') || use.path.includes('%{') || use.root === '') continue;
      const meant = guess(use.root);
      yield {
        span: use.span,
        message: `nothing before this filter sets "${use.root}"`,
        hint: meant === '' ? 'set it above, or remove this' : meant,
      };
    }
  },
};
