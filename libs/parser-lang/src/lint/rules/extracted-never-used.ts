import type { LintRule } from '../rule.ts';

export const extractedNeverUsed: LintRule = {
  name: 'extracted-never-used',
  doc: 'grok or xml sets a token that nothing reads.',
  severity: 'warning',
  *check({ trace, targets }) {
    const read = new Set<string>();
    for (const use of trace.uses) {
      if (use.action !== 'read' || use.path.length > 1000) continue;
      for (let end = use.path.length; end > 0; end = use.path.lastIndexOf('.', end - 1))
        read.add(use.path.slice(0, end));
    }
    const told = new Set<string>();
    for (const use of trace.uses) {
      if (use.action !== 'write' || (use.via !== 'grok' && use.via !== 'xml')) continue;
      if (read.has(use.path) || told.has(use.path) || targets.of(use.path).length > 0) continue;
      told.add(use.path);
      yield {
        span: use.span,
        message: `nothing reads "${use.path}"`,
        hint: use.via === 'grok' ? 'leave the name out of the pattern, or map it' : 'remove the path, or map it',
      };
    }
  },
};
