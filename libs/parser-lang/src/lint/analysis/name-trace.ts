import type {
  Condition,
  ForStatement,
  IfStatement,
  PluginStatement,
  Program,
  Span,
  Statement,
  StringLiteral,
} from '../../syntax/tree.ts';
import { isDynamic } from './interpolations.ts';
import { NameScope, type Presence } from './name-scope.ts';
import { type Effect, effectsOf, type ValueKind } from './plugin-effects.ts';
import { eachStatement, eachTerm, operandsOf } from './statement-walk.ts';

/** One place where a program reads, sets or removes a token, with what is known right before it. */
export interface NameUse {
  readonly action: 'read' | 'write' | 'remove';
  /** The option or construct: `condition`, `interpolation`, `merge`, `grok`, `loop`, `on_error`, … */
  readonly via: string;
  readonly path: string;
  readonly root: string;
  readonly span: Span;
  readonly statement: Statement;
  /** Of the path. */
  readonly presence: Presence;
  readonly rootPresence: Presence;
  readonly kind: ValueKind | null;
  /** Whether an extraction ran before that may have set any name. */
  readonly open: boolean;
  /** Whether an earlier filter may have stopped the program. */
  readonly reachable: boolean;
  /** What is written, where the text says it. */
  readonly value: StringLiteral | null;
  /** How many loops are around it. */
  readonly loops: number;
}

export interface NameTrace {
  readonly uses: readonly NameUse[];
  /** Names of all on_error options: in conditions they count as false where their filter did not run. */
  readonly flags: ReadonlySet<string>;
  /** Whether some extraction sets names that only the log knows. */
  readonly open: boolean;
}

/** Names that are there on entry. */
const BUILT_IN_NAMES: readonly string[] = [
  'message',
  '@createTimestamp',
  '@timestamp',
  '@collectionTimestamp',
  '@timezone',
  '@onErrorCount',
  '@output',
  '@enableCbnForLoop',
];

/** Follows the tokens of a program in the order in which its statements run. */
export function traceNames(program: Program, text: string): NameTrace {
  return new NameTracer(text).trace(program);
}

class NameTracer {
  readonly #text: string;
  readonly #uses: NameUse[] = [];
  readonly #flags = new Set<string>();
  readonly #effects = new Map<PluginStatement, readonly Effect[]>();
  #loops = 0;
  #open = false;

  constructor(text: string) {
    this.#text = text;
  }

  trace(program: Program): NameTrace {
    const scope = new NameScope();
    for (const name of BUILT_IN_NAMES) scope.set(name, 'always', name === 'message' ? 'string' : null);
    this.#block(program.statements, scope);
    return { uses: this.#uses, flags: this.#flags, open: this.#open };
  }

  #block(statements: readonly Statement[], scope: NameScope): void {
    for (const statement of statements) {
      if (statement.kind === 'plugin') this.#plugin(statement, scope);
      else if (statement.kind === 'if') this.#if(statement, scope);
      else this.#for(statement, scope);
    }
  }

  #plugin(plugin: PluginStatement, scope: NameScope): void {
    if (plugin.name === 'drop') scope.ended = true;
    for (const effect of this.#effectsOf(plugin)) this.#apply(effect, plugin, scope);
  }

  #apply(effect: Effect, plugin: PluginStatement, scope: NameScope): void {
    switch (effect.action) {
      case 'open':
        this.#open ||= !effect.columns;
        scope.loseNames(effect.columns);
        return;
      case 'read':
        this.#note('read', effect.via, effect.path, effect.span, plugin, scope);
        return;
      case 'convert': {
        const known = this.#note('read', 'convert', effect.path, effect.span, plugin, scope);
        if (known.presence === 'never' && !known.open) return;
        const fallible = plugin.options.some(({ name }) => name === 'on_error');
        const kind = fallible && effect.kind !== 'string' && effect.kind !== known.kind ? null : effect.kind;
        scope.set(effect.path, known.presence === 'never' ? 'sometimes' : known.presence, kind);
        return;
      }
      case 'write':
        this.#write(effect, plugin, scope);
        return;
      case 'append': {
        this.#note('write', 'merge', effect.path, effect.span, plugin, scope);
        const known = effect.from === '' ? null : scope.lookup(effect.from);
        const there = known?.presence === 'always' || scope.lookup(effect.path).presence === 'always';
        scope.set(effect.path, there ? 'always' : 'sometimes', null);
        return;
      }
      case 'move':
      case 'copy': {
        const via = effect.action === 'move' ? 'rename' : 'copy';
        const known = this.#note('read', via, effect.path, effect.span, plugin, scope);
        this.#note('write', via, effect.to, effect.toSpan, plugin, scope);
        if (effect.action === 'move') scope.set(effect.path, 'never', null);
        if (known.presence === 'never' && !known.open) return;
        const there = known.presence === 'always' || scope.lookup(effect.to).presence === 'always';
        this.#set(effect.to, there ? 'always' : 'sometimes', known.kind, scope);
        return;
      }
      case 'remove':
        this.#note('remove', 'remove_field', effect.path, effect.span, plugin, scope);
        if (!isDynamic(effect.path)) scope.set(effect.path, 'never', null);
    }
  }

  #write(effect: Extract<Effect, { action: 'write' }>, plugin: PluginStatement, scope: NameScope): void {
    if (effect.via === 'on_error') this.#flags.add(effect.path);
    const known = this.#note('write', effect.via, effect.path, effect.span, plugin, scope, effect.value);
    const certain = effect.certain || known.presence === 'always';
    const kind = effect.certain || known.presence === 'never' || known.kind === effect.kind ? effect.kind : null;
    this.#set(effect.path, certain ? 'always' : 'sometimes', kind, scope);
  }

  /** A destination with `%{…}` in it may be any token under the part before. */
  #set(path: string, presence: Presence, kind: ValueKind | null, scope: NameScope): void {
    const dynamic = path.indexOf('%{');
    if (dynamic === -1) {
      scope.set(path, presence, kind);
      return;
    }
    const parent = path.slice(0, dynamic).replace(/\.?[^.]*$/, '');
    if (parent !== '') scope.set(`${parent}.%`, presence, null);
    else {
      this.#open = true;
      scope.loseNames(false);
    }
  }

  #if(statement: IfStatement, scope: NameScope): void {
    const scopes: NameScope[] = [];
    for (const { condition } of statement.branches) this.#condition(condition, statement, scope);
    for (const { body } of statement.branches) {
      const child = new NameScope(scope);
      this.#block(body, child);
      scopes.push(child);
    }
    const otherwise = new NameScope(scope);
    if (statement.otherwise !== null) this.#block(statement.otherwise, otherwise);
    scope.join([...scopes, otherwise]);
  }

  #for(statement: ForStatement, scope: NameScope): void {
    const { source } = statement;
    const list = source.kind === 'xml' ? source.token : source.path;
    this.#note('read', 'loop', list, source.span, statement, scope);
    const round = new NameScope(scope);
    for (const inner of eachStatement(statement.body)) {
      if (inner.kind === 'plugin') for (const path of changedPaths(this.#effectsOf(inner))) round.forget(path);
    }
    for (const [at, name] of statement.names.entries()) {
      const isKey = at === 0 && statement.names.length === 2;
      const kind = !isKey ? null : source.kind === 'map' ? 'string' : 'number';
      this.#note('write', 'loop', name, statement.span, statement, round);
      round.set(name, 'always', kind);
    }
    this.#loops++;
    this.#block(statement.body, round);
    this.#loops--;
    scope.join([round, new NameScope(scope)]);
  }

  #condition(condition: Condition, statement: Statement, scope: NameScope): void {
    for (const term of eachTerm(condition)) {
      for (const operand of operandsOf(term)) {
        if (operand.kind !== 'field') continue;
        this.#note('read', 'condition', operand.names.join('.'), operand.span, statement, scope);
      }
    }
  }

  #note(
    action: NameUse['action'],
    via: string,
    path: string,
    span: Span,
    statement: Statement,
    scope: NameScope,
    value: StringLiteral | null = null,
  ): NameUse {
    const root = path.split('.', 1)[0] ?? '';
    const { presence, kind } = scope.lookup(path);
    const column = scope.columns && /^column\d+$/.test(root);
    const rootPresence = root === path ? presence : scope.lookup(root).presence;
    const use: NameUse = {
      action,
      via,
      path,
      root,
      span,
      statement,
      presence: column && presence === 'never' ? 'sometimes' : presence,
      rootPresence: column && rootPresence === 'never' ? 'sometimes' : rootPresence,
      kind: column && kind === null ? 'string' : kind,
      open: scope.open,
      reachable: !scope.ended,
      value,
      loops: this.#loops,
    };
    this.#uses.push(use);
    return use;
  }

  #effectsOf(plugin: PluginStatement): readonly Effect[] {
    const known = this.#effects.get(plugin);
    if (known !== undefined) return known;
    const effects = effectsOf(this.#text, plugin);
    this.#effects.set(plugin, effects);
    return effects;
  }
}

function changedPaths(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => {
    switch (effect.action) {
      case 'write':
      case 'convert':
      case 'append':
      case 'remove':
        return [effect.path];
      case 'move':
        return [effect.path, effect.to];
      case 'copy':
        return [effect.to];
      case 'read':
      case 'open':
        return [];
      default:
        return effect satisfies never;
    }
  });
}
