import type { Diagnostic } from './diagnostic.ts';
import { parseCondition } from './parse-condition.ts';
import { parseLiteral, takeArrow } from './parse-literal.ts';
import { Scanner, SyntaxFault } from './scanner.ts';
import type {
  Branch,
  ForStatement,
  IfStatement,
  LoopSource,
  Option,
  PluginStatement,
  Program,
  Span,
  Statement,
} from './tree.ts';

/** How deep statements may nest. */
const DEPTH_LIMIT = 64;

/** Characters of one text: forty times what the largest parser in use has. */
const TEXT_LIMIT = 4 * 1024 * 1024;

/** Filters, branches and loops of one text, which are all held compiled. */
const STATEMENT_LIMIT = 50_000;

/** After so many errors the rest of the text is not looked at. */
const ERROR_LIMIT = 50;

export interface ParsedProgram {
  /** What could be read, also when there are errors. */
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the text of a parser. Goes on behind an error with the next statement, so that one run names several errors.
 * Source of the syntax: the parser syntax reference of Google Security Operations.
 */
export function parseProgram(text: string): ParsedProgram {
  return new ProgramParser(text).parse();
}

class ProgramParser {
  readonly #scanner: Scanner;
  readonly #diagnostics: Diagnostic[] = [];
  #index = 0;
  /** Whether an error was so large that the text ended before the statement with it: braces tell nothing any more. */
  #lost = false;

  constructor(text: string) {
    this.#scanner = new Scanner(text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text);
  }

  parse(): ParsedProgram {
    const scanner = this.#scanner;
    const statements: Statement[] = [];
    const { length } = scanner.text;
    if (length > TEXT_LIMIT) {
      const message = `this parser has ${inWords(length)} characters, and ${inWords(TEXT_LIMIT)} are allowed`;
      this.#report(new SyntaxFault(message, SPLIT, { start: 0, end: 1 }));
      scanner.at = length;
    }
    let blocks = 0;
    while (scanner.peek() !== '' && this.#diagnostics.length < ERROR_LIMIT) {
      if (scanner.takeWord('filter') && scanner.take('{')) {
        blocks++;
        for (const statement of this.#statements(0, scanner.at - 1)) statements.push(statement);
      } else {
        this.#report(scanner.fault(`expected "filter {", found ${scanner.describe()}`, WRAP));
        break;
      }
    }
    if (blocks === 0 && this.#diagnostics.length === 0) {
      this.#report(scanner.fault('this parser is empty', WRAP));
    }
    return { program: { statements, statementCount: this.#index }, diagnostics: this.#diagnostics };
  }

  /** Statements up to the closing brace, which is passed. `opened` is the offset of the opening one. */
  #statements(depth: number, opened: number): Statement[] {
    const scanner = this.#scanner;
    const statements: Statement[] = [];
    while (this.#diagnostics.length < ERROR_LIMIT) {
      if (scanner.take('}')) break;
      if (scanner.peek() === '') {
        const span = { start: opened, end: opened + 1 };
        if (!this.#lost) this.#report(new SyntaxFault('this "{" is never closed', 'add the missing "}"', span));
        break;
      }
      const start = scanner.at;
      if (this.#index >= STATEMENT_LIMIT) {
        this.#end(scanner.fault(`this parser has more than ${inWords(STATEMENT_LIMIT)} statements`, SPLIT));
        break;
      }
      try {
        statements.push(this.#statement(depth));
      } catch (fault) {
        if (!(fault instanceof SyntaxFault)) throw fault;
        this.#report(fault);
        this.#recover(start, fault.diagnostic.span.start);
      }
    }
    return statements;
  }

  #statement(depth: number): Statement {
    const scanner = this.#scanner;
    if (depth > DEPTH_LIMIT) {
      throw scanner.fault(`statements nest more than ${DEPTH_LIMIT} deep`, 'flatten the conditions');
    }
    const word = scanner.lookWord();
    if (word === 'if') return this.#if(depth);
    if (word === 'for') return this.#for(depth);
    if (word === null) {
      throw scanner.fault(`expected a filter, "if" or "for", found ${scanner.describe()}`, 'is a brace missing above?');
    }
    if (word === 'else') throw scanner.fault('"else" without an "if" before it', 'is there a "}" too many above?');
    return this.#plugin();
  }

  #plugin(): PluginStatement {
    const scanner = this.#scanner;
    const index = this.#index++;
    scanner.peek();
    const start = scanner.at;
    const name = scanner.word() ?? '';
    const nameSpan = { start, end: scanner.at };
    scanner.expect('{', `after "${name}"`, 'a filter has its options in braces: name { option => value }');
    const opened = scanner.at - 1;
    const options: Option[] = [];
    while (!scanner.take('}')) {
      if (scanner.take(',')) continue;
      if (scanner.ended) {
        const span = { start: opened, end: opened + 1 };
        throw new SyntaxFault(`the filter "${name}" is never closed`, 'add the missing "}"', span);
      }
      options.push(this.#option(name));
    }
    return { kind: 'plugin', index, name, nameSpan, options, span: { start, end: scanner.at } };
  }

  #option(plugin: string): Option {
    const scanner = this.#scanner;
    const next = scanner.peek();
    const start = scanner.at;
    const name = next === '"' || next === "'" ? scanner.quoted().text : scanner.word();
    if (name === null) {
      throw scanner.fault(`expected an option of "${plugin}", found ${scanner.describe()}`, 'write option => value');
    }
    const nameSpan = { start, end: scanner.at };
    takeArrow(scanner, `after the option "${name}"`);
    const value = parseLiteral(scanner);
    return { name, nameSpan, value, span: { start, end: scanner.at } };
  }

  #if(depth: number): IfStatement {
    const scanner = this.#scanner;
    const index = this.#index++;
    scanner.peek();
    const start = scanner.at;
    scanner.takeWord('if');
    const branches: Branch[] = [this.#branch(depth)];
    let otherwise: readonly Statement[] | null = null;
    for (;;) {
      const end = scanner.at;
      scanner.peek();
      const span = { start: scanner.at, end: scanner.at + 4 };
      const also = scanner.takeWord('elsif') || scanner.takeWord('elseif');
      if (!also && !scanner.takeWord('else')) {
        scanner.at = end;
        break;
      }
      // Parsers in use have branches behind an "else": they load, and the branches never run.
      if (otherwise !== null) this.#diagnostics.push(unreachable(span));
      if (also || scanner.takeWord('if')) {
        const branch = this.#branch(depth);
        if (otherwise === null) branches.push(branch);
      } else {
        const block = this.#block(depth, 'after "else"');
        otherwise ??= block;
      }
    }
    return { kind: 'if', index, branches, otherwise, span: { start, end: scanner.at } };
  }

  #branch(depth: number): Branch {
    const condition = parseCondition(this.#scanner);
    return { condition, body: this.#block(depth, 'after the condition') };
  }

  #block(depth: number, where: string): readonly Statement[] {
    const scanner = this.#scanner;
    scanner.peek();
    const opened = scanner.at;
    scanner.expect('{', where, 'a branch has its statements in braces');
    return this.#statements(depth + 1, opened);
  }

  #for(depth: number): ForStatement {
    const scanner = this.#scanner;
    const index = this.#index++;
    scanner.peek();
    const start = scanner.at;
    scanner.takeWord('for');
    const names = [this.#loopName()];
    if (scanner.take(',')) names.push(this.#loopName());
    if (!scanner.takeWord('in')) {
      throw scanner.fault(`expected "in", found ${scanner.describe()}`, 'write for x in list { … }');
    }
    const source = this.#loopSource();
    return {
      kind: 'for',
      index,
      names,
      source,
      body: this.#block(depth, 'after the list'),
      span: { start, end: scanner.at },
    };
  }

  #loopName(): string {
    const name = this.#scanner.word();
    if (name !== null) return name;
    throw this.#scanner.fault(
      `expected a loop variable, found ${this.#scanner.describe()}`,
      'write for x in list { … }',
    );
  }

  #loopSource(): LoopSource {
    const scanner = this.#scanner;
    const next = scanner.peek();
    const start = scanner.at;
    if (scanner.lookWord() === 'xml' && /^xml\s*\(/.test(scanner.text.slice(start, start + 64))) {
      scanner.takeWord('xml');
      scanner.take('(');
      const token = scanner.path();
      if (token === null) throw scanner.fault(`expected a token, found ${scanner.describe()}`, XML_LOOP);
      scanner.expect(',', 'after the token', XML_LOOP);
      scanner.peek();
      const xpath = this.#xpath();
      return { kind: 'xml', token, xpath, span: { start, end: scanner.at } };
    }
    const path = next === '"' || next === "'" ? scanner.quoted().text : scanner.path();
    if (path === null) {
      throw scanner.fault(`expected a list, found ${scanner.describe()}`, 'write for x in list { … }');
    }
    const span = { start, end: scanner.at };
    return { kind: scanner.takeWord('map') ? 'map' : 'list', path, span };
  }

  /** The path of an XML loop up to the parenthesis that closes it; brackets and quotes inside may hold parentheses. */
  #xpath(): string {
    const scanner = this.#scanner;
    const start = scanner.at;
    let depth = 0;
    let quote: string | undefined;
    for (let at = start; at < scanner.text.length; at++) {
      const character = scanner.text[at];
      if (quote !== undefined) {
        if (character === quote) quote = undefined;
        else if (character === '\n') break;
      } else if (character === '"' || character === "'") quote = character;
      else if (character === '(') depth++;
      else if (character === ')' && depth-- === 0) {
        scanner.at = at + 1;
        return scanner.text
          .slice(start, at)
          .trim()
          .replace(/^(["'])(.*)\1$/s, '$2');
      } else if (character === '\n') break;
    }
    throw scanner.fault('expected ")" to close xml(…)', XML_LOOP);
  }

  #report(fault: SyntaxFault): void {
    this.#diagnostics.push(fault.diagnostic);
  }

  /** Reports an error behind which nothing is read any more. */
  #end(fault: SyntaxFault): void {
    this.#report(fault);
    this.#lost = true;
    this.#scanner.at = this.#scanner.text.length;
  }

  /** Goes behind the statement that has the error: its braces are counted again from its beginning. */
  #recover(start: number, faultAt: number): void {
    const scanner = this.#scanner;
    scanner.at = start;
    let depth = 0;
    while (!scanner.ended) {
      const next = scanner.peek();
      if (next === '') break;
      if (next === '"' || next === "'") {
        // A lost quote: what stands behind it may be sound.
        if (!scanner.passQuoted()) scanner.at++;
        continue;
      }
      if (next === '}' && depth === 0) {
        if (scanner.at <= faultAt && scanner.at <= start) scanner.at++;
        return;
      }
      scanner.at++;
      if (next === '{') depth++;
      else if (next === '}' && --depth === 0 && scanner.at > faultAt) return;
    }
    this.#lost = true;
  }
}

function unreachable(span: Span): Diagnostic {
  const hint = 'remove the branch, or make the earlier "else" an "else if"';
  return { rule: 'unreachable-branch', severity: 'warning', message: 'a branch behind "else" never runs', hint, span };
}

function inWords(number: number): string {
  return number.toLocaleString('en-US');
}

const SPLIT = 'write a parser for each kind of log';
const WRAP = 'all statements of a parser stand in one block: filter { … }';
const XML_LOOP = 'write for i, _ in xml(message, /Event/Data) { … }';
