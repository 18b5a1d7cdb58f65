import type { LintRule } from '../rule.ts';

export const outputWithoutEvent: LintRule = {
  name: 'output-without-event',
  doc: 'A token without idm.read_only_udm or idm.entity is merged to @output, which is no event.',
  severity: 'error',
  *check({ trace }) {
    const built = new Set<string>();
    for (const use of trace.uses) {
      if (use.action === 'write' && /^[^.]+\.idm\b/.test(use.path)) built.add(use.root);
    }
    for (const [at, use] of trace.uses.entries()) {
      if (use.path !== '@output' || use.via !== 'merge' || use.action !== 'write') continue;
      const source = trace.uses[at - 1];
      if (source?.via !== 'merge' || source.action !== 'read' || built.has(source.root)) continue;
      // A loop variable or a token of the log may be an event as a whole.
      if (source.open || source.presence === 'always' || source.path.includes('.')) continue;
      yield {
        span: source.span,
        message: `nothing is set under "${source.path}.idm"`,
        hint: `fill ${source.path}.idm.read_only_udm first, or merge the builder that the parser fills`,
      };
    }
  },
};
