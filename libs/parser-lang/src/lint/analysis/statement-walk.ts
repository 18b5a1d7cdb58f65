import type {
  Condition,
  Literal,
  Operand,
  PluginStatement,
  Program,
  Statement,
  StringLiteral,
} from '../../syntax/tree.ts';

/** All statements in the order of the text, those inside others too. */
export function* eachStatement(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    for (const block of blocksOf(statement)) yield* eachStatement(block);
  }
}

/** The lists of statements that a statement holds. */
export function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'plugin':
      return [];
    case 'for':
      return [statement.body];
    case 'if': {
      const blocks = statement.branches.map(({ body }) => body);
      return statement.otherwise === null ? blocks : [...blocks, statement.otherwise];
    }
    default:
      return statement satisfies never;
  }
}

/** Every list of statements: the parser's own, branches, loop bodies. */
export function* eachBlock(program: Program): Generator<readonly Statement[]> {
  yield program.statements;
  for (const statement of eachStatement(program.statements)) yield* blocksOf(statement);
}

export function* eachPlugin(program: Program, name?: string): Generator<PluginStatement> {
  for (const statement of eachStatement(program.statements)) {
    if (statement.kind === 'plugin' && (name === undefined || statement.name === name)) yield statement;
  }
}

/** A condition without `and`, `or` and `!` above it. */
export type Term = Exclude<Condition, { kind: 'logical' | 'not' }>;

/** The terms of a condition from left to right. A long chain of `and` is a deep tree, so this does not recurse. */
export function* eachTerm(condition: Condition): Generator<Term> {
  const waiting: Condition[] = [condition];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === 'logical') waiting.push(next.right, next.left);
    else if (next.kind === 'not') waiting.push(next.operand);
    else yield next;
  }
}

export function operandsOf(term: Term): readonly Operand[] {
  return term.kind === 'operand' ? [term.operand] : [term.left, term.right];
}

/** The literals inside a literal, itself first. */
export function* eachLiteral(literal: Literal): Generator<Literal> {
  yield literal;
  if (literal.kind === 'array') for (const item of literal.items) yield* eachLiteral(item);
  if (literal.kind === 'hash') for (const pair of literal.pairs) yield* eachLiteral(pair.value);
}

/** The value of an option when it is a string. */
export function stringOption(plugin: PluginStatement, name: string): StringLiteral | null {
  const value = plugin.options.find((option) => option.name === name)?.value;
  return value?.kind === 'string' ? value : null;
}

/** The strings of an array, or the one string that stands for it. */
export function stringsOf(literal: Literal | undefined): readonly StringLiteral[] {
  if (literal === undefined) return [];
  if (literal.kind === 'string') return [literal];
  return literal.kind === 'array' ? literal.items.filter((item) => item.kind === 'string') : [];
}
