import type { ForStatement, Span, Statement } from '../../syntax/tree.ts';
import { effectsOf } from '../analysis/plugin-effects.ts';
import { eachStatement } from '../analysis/statement-walk.ts';
import type { Finding, LintRule } from '../rule.ts';

export const loopTemporaryNotReset: LintRule = {
  name: 'loop-temporary-not-reset',
  doc: 'A loop merges a token of which a part is set in some rounds only and never reset, so that a round keeps what an earlier one left.',
  severity: 'warning',
  *check({ program, text }) {
    for (const statement of eachStatement(program.statements)) {
      if (statement.kind === 'for') yield* checkLoop(statement, text);
    }
  },
};

interface Merge {
  readonly from: string;
  readonly span: Span;
  /** Parts of the token that this round has set on its way here. */
  readonly set: ReadonlySet<string>;
}

class Round {
  readonly merges: Merge[] = [];
  /** Every part that the loop sets, by the token that it is a part of. */
  readonly parts = new Map<string, Set<string>>();
  readonly reset = new Set<string>();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Gives what the block has set in any case. */
  visit(statements: readonly Statement[], before: ReadonlySet<string>): ReadonlySet<string> {
    const set = new Set(before);
    for (const statement of statements) {
      if (statement.kind === 'plugin') this.#plugin(statement, set);
      if (statement.kind !== 'if') continue;
      const outcomes = statement.branches.map(({ body }) => this.visit(body, set));
      outcomes.push(this.visit(statement.otherwise ?? [], set));
      const [first, ...others] = outcomes;
      for (const path of first ?? []) if (others.every((outcome) => outcome.has(path))) set.add(path);
    }
    return set;
  }

  #plugin(plugin: Statement & { kind: 'plugin' }, set: Set<string>): void {
    for (const effect of effectsOf(this.#text, plugin)) {
      if (effect.action === 'append' && effect.from !== '') {
        this.merges.push({ from: effect.from, span: effect.span, set: new Set(set) });
      }
      if (effect.action === 'remove' || effect.action === 'move') this.reset.add(effect.path);
      if (effect.action !== 'write') continue;
      if (effect.value?.text === '') this.reset.add(effect.path);
      set.add(effect.path);
      const dot = effect.path.indexOf('.');
      if (dot === -1 || effect.via !== 'replace') continue;
      const token = effect.path.slice(0, dot);
      const known = this.parts.get(token);
      if (known === undefined) this.parts.set(token, new Set([effect.path]));
      else known.add(effect.path);
    }
  }
}

function* checkLoop(loop: ForStatement, text: string): Generator<Finding> {
  const round = new Round(text);
  round.visit(loop.body, new Set());
  const told = new Set(loop.names);
  for (const { from, span, set } of round.merges) {
    if (told.has(from) || round.reset.has(from)) continue;
    const stale = [...(round.parts.get(from) ?? [])].find((path) => !set.has(path) && !round.reset.has(path));
    if (stale === undefined) continue;
    told.add(from);
    yield {
      span,
      message: `"${stale}" is not set in every round, and "${from}" still has that of an earlier one`,
      hint: `reset it behind the merge: mutate { replace => { "${from}" => "" } }`,
    };
  }
}
