import { effectsOf } from '../analysis/plugin-effects.ts';
import { eachPlugin } from '../analysis/statement-walk.ts';
import type { LintRule } from '../rule.ts';

export const neverOutputs: LintRule = {
  name: 'never-outputs',
  doc: 'Nothing is ever merged to @output, so that no log yields an event.',
  severity: 'error',
  *check({ program, text }) {
    for (const plugin of eachPlugin(program)) {
      for (const effect of effectsOf(text, plugin)) {
        if (effect.action !== 'read' && effect.action !== 'open' && effect.path === '@output') return;
      }
    }
    const start = text.indexOf('filter');
    if (start === -1 || program.statements.length === 0) return;
    yield {
      span: { start, end: start + 'filter'.length },
      message: 'this parser never sends an event',
      hint: 'end it with mutate { merge => { "@output" => "event" } }',
    };
  },
};
