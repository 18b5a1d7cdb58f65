import type { LineIndex, ParserState, Statement, StatementObserver } from '@logweave/parser-lang';
import { flattenTokens } from './flatten-tokens.ts';

/** How much of a value a line of the trace shows. */
const SHOWN_CHARACTERS = 120;

/**
 * Writes each statement as it runs, and under it what it changed: `+` set, `~` changed, `-` removed, with the path and
 * the value as JSON.
 */
export class StatementTrace implements StatementObserver {
  readonly #lines: LineIndex;
  readonly #write: (line: string) => void;
  #depth = 0;
  #before: ReadonlyMap<string, string> = new Map();

  constructor(lines: LineIndex, write: (line: string) => void) {
    this.#lines = lines;
    this.#write = write;
  }

  /** Begins a log: a log that was cut short leaves no indentation to the next. */
  begin(line: number): void {
    this.#depth = 0;
    this.#write(`log ${line}`);
  }

  before(statement: Statement, state: ParserState): void {
    this.#depth++;
    const { line, column } = this.#lines.positionOf(statement.span.start);
    const name = statement.kind === 'plugin' ? statement.name : statement.kind;
    this.#say(`${line}:${column} ${name} (${statement.index})`);
    if (statement.kind === 'plugin') this.#before = flattenTokens(state.tokens);
  }

  after(statement: Statement, state: ParserState, stop: ReturnType<StatementObserver['before']> | object): void {
    if (statement.kind === 'plugin') this.#changes(flattenTokens(state.tokens));
    if (stop !== undefined && statement.kind === 'plugin') this.#say(`  ends the log: ${JSON.stringify(stop)}`);
    this.#depth--;
  }

  #changes(after: ReadonlyMap<string, string>): void {
    for (const [path, value] of after) {
      const old = this.#before.get(path);
      if (old === undefined) this.#say(`  + ${path} = ${short(value)}`);
      else if (old !== value) this.#say(`  ~ ${path} = ${short(value)} (was ${short(old)})`);
    }
    for (const [path, value] of this.#before) {
      if (!after.has(path)) this.#say(`  - ${path} (was ${short(value)})`);
    }
  }

  #say(text: string): void {
    this.#write(`${'  '.repeat(this.#depth)}${text}`);
  }
}

function short(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
