import type { LintRule } from '../rule.ts';

export const dottedName: LintRule = {
  name: 'dotted-name',
  doc: 'A variable of the parser itself has a hyphen, or a flag or loop variable has a dot, which merge and conditions read otherwise.',
  severity: 'warning',
  *check({ trace }) {
    const told = new Set<string>();
    for (const use of trace.uses) {
      if (use.action !== 'write' || told.has(use.path)) continue;
      const plain = use.via === 'on_error' || use.via === 'loop';
      const dotted = plain && use.path.includes('.');
      const hyphen = (plain || use.via === 'grok' || use.via === 'xml') && /-/.test(use.path);
      if (!dotted && !hyphen) continue;
      told.add(use.path);
      yield {
        span: use.span,
        message: `"${use.path}" has a ${dotted ? 'dot' : 'hyphen'} in its name`,
        hint: `call it "${use.path.replaceAll(/[-.]/g, '_')}"`,
      };
    }
  },
};
