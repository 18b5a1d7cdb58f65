import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const staticOnly: LintRule = {
  name: 'static-only',
  doc: 'The parser reads nothing of the log, so that all its events are the same; such parsers are refused.',
  severity: 'error',
  *check({ program, text, trace }) {
    if (program.statements.length === 0) return;
    const reads = trace.uses.some(
      ({ action, root }) => action === 'read' && (root === 'message' || root.startsWith('@')),
    );
    if (reads || [...eachPlugin(program)].some(({ name }) => EXTRACTIONS.has(name))) return;
    const start = Math.max(0, text.indexOf('filter'));
    yield {
      span: { start, end: start + 'filter'.length },
      message: 'this parser takes nothing from the log',
      hint: 'extract fields with grok, json, kv, csv or xml, and map them',
    };
  },
};

const EXTRACTIONS: ReadonlySet<string> = new Set(['grok', 'json', 'kv', 'csv', 'xml']);
