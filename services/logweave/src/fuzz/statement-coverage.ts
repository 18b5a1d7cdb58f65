import { parseProgram, type Statement, type StatementObserver } from '@logweave/parser-lang';

/** Counts which statements of a parser have run. */
export class StatementCoverage implements StatementObserver {
  readonly statements: number;
  readonly #ran = new Set<number>();

  constructor(text: string) {
    this.statements = parseProgram(text).program.statementCount;
  }

  get ran(): number {
    return this.#ran.size;
  }

  before(statement: Statement): void {
    this.#ran.add(statement.index);
  }

  after(): void {}
}
