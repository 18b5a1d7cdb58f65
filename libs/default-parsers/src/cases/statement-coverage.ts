import { LineIndex, type Position, parseProgram, type Statement, type StatementObserver } from '@logweave/parser-lang';

/** A statement of a parser that no log has come to. */
export interface UnreachedStatement {
  /** The statement's number as error messages have it. */
  readonly index: number;
  /** `mutate`, `if`, `for`. */
  readonly name: string;
  readonly at: Position;
}

/** Counts which statements of a parser ran, over any number of logs. */
export class StatementCoverage implements StatementObserver {
  readonly statements: number;
  readonly #unreached = new Map<number, Statement>();
  readonly #lines: LineIndex;

  constructor(text: string) {
    const { program } = parseProgram(text);
    this.#lines = new LineIndex(text);
    collect(program.statements, this.#unreached);
    this.statements = this.#unreached.size;
  }

  before({ index }: Statement): void {
    this.#unreached.delete(index);
  }

  after(): void {
    // What counts is that a statement was come to.
  }

  unreached(): readonly UnreachedStatement[] {
    return [...this.#unreached.values()].map((statement) => ({
      index: statement.index,
      name: statement.kind === 'plugin' ? statement.name : statement.kind,
      at: this.#lines.positionOf(statement.span.start),
    }));
  }
}

function collect(statements: readonly Statement[], into: Map<number, Statement>): void {
  for (const statement of statements) {
    into.set(statement.index, statement);
    if (statement.kind === 'for') collect(statement.body, into);
    if (statement.kind !== 'if') continue;
    for (const { body } of statement.branches) collect(body, into);
    collect(statement.otherwise ?? [], into);
  }
}
