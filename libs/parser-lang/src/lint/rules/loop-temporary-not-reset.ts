import type { ForStatement, PluginStatement, Span, Statement } from '../../syntax/tree.ts';
import { effectsOf } from '../analysis/plugin-effects.ts';
import { blocksOf, eachStatement } from '../analysis/statement-walk.ts';
import type { Finding, LintRule } from '../rule.ts';

/** merge does not copy maps, so a token that goes on being filled changes the elements that are in the list already. */
export const loopTemporaryNotReset: LintRule = {
  name: 'loop-temporary-not-reset',
  doc: 'A loop fills a token part by part, merges it and never resets it, so that all elements become the last one.',
  severity: 'warning',
  *check({ program, text }) {
    for (const statement of eachStatement(program.statements)) {
      if (statement.kind === 'for') yield* checkLoop(statement, text);
    }
  },
};

function* checkLoop(loop: ForStatement, text: string): Generator<Finding> {
  const merges = new Map<string, Span>();
  const filled = new Map<string, string>();
  const reset = new Set(loop.names);
  for (const plugin of ownPlugins(loop.body)) {
    for (const effect of effectsOf(text, plugin)) {
      if (effect.action === 'append' && effect.path !== '@output' && !merges.has(effect.from)) {
        merges.set(effect.from, effect.span);
      } else if (effect.action === 'remove' || effect.action === 'move') reset.add(effect.path);
      else if (effect.action === 'write') {
        const parent = effect.path.slice(0, Math.max(0, effect.path.indexOf('.')));
        if (parent === '') reset.add(effect.path);
        else if (effect.via === 'replace' && !filled.has(parent)) filled.set(parent, effect.path);
      }
    }
  }
  for (const [token, span] of merges) {
    const part = filled.get(token);
    if (part === undefined || reset.has(token)) continue;
    yield {
      span,
      message: `"${token}" is merged and then filled again, which changes the element that is in the list`,
      hint: `reset it behind the merge: mutate { replace => { "${token}" => "" } }`,
    };
  }
}

/** The filters of a loop that are in no loop inside of it, in the order of the text. */
function* ownPlugins(statements: readonly Statement[]): Generator<PluginStatement> {
  for (const statement of statements) {
    if (statement.kind === 'plugin') yield statement;
    else if (statement.kind === 'if') for (const block of blocksOf(statement)) yield* ownPlugins(block);
  }
}
