import type { Diagnostic } from './diagnostic.ts';
import type { Span, StringLiteral } from './tree.ts';

/** Thrown inside the syntax parser to leave a construct; caught where it can go on. */
export class SyntaxFault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(message: string, hint: string, span: Span) {
    super(message);
    this.diagnostic = { rule: 'syntax', severity: 'error', message, hint, span };
  }
}

/** What words are made of where no quotes are needed: names of plugins, options and tokens. */
const WORD = /[A-Za-z_@][\w.@-]*/y;
const NUMBER = /[-+]?\d+(?:\.\d+)?(?![\w.])/y;
const PATH = /[A-Za-z_@][^\s{}()",]*/y;
const TRIVIA = /(?:\s+|#[^\n]*)+/y;

/**
 * Walks a parser's text. What a character means depends on where it stands (a bracket opens an array or a field
 * reference), so the parser asks for what it expects instead of taking tokens.
 */
export class Scanner {
  readonly text: string;
  /** Offset of the next character to read. */
  at = 0;
  /** By the kind of quote, from where on no string with it has an end. */
  readonly #endless = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** Passes blanks and comments and gives the character behind them, '' at the end. */
  peek(): string {
    this.#match(TRIVIA);
    return this.text.charAt(this.at);
  }

  /** Whether `text` comes next behind blanks; then it is passed. */
  take(text: string): boolean {
    this.peek();
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Whether the word comes next, whole and in small letters or capitals; then it is passed. */
  takeWord(word: string): boolean {
    const next = this.lookWord();
    if (next !== word && next !== word.toUpperCase()) return false;
    this.at += word.length;
    return true;
  }

  /** The word that comes next, without passing it; null when something else does. */
  lookWord(): string | null {
    this.peek();
    const before = this.at;
    const word = this.#match(WORD);
    this.at = before;
    return word;
  }

  expect(text: string, why: string, hint: string): void {
    if (this.take(text)) return;
    throw this.fault(`expected "${text}" ${why}, found ${this.describe()}`, hint);
  }

  word(): string | null {
    this.peek();
    return this.#match(WORD);
  }

  number(): string | null {
    this.peek();
    return this.#match(NUMBER);
  }

  /** A dotted path as a loop has it, which may hold more than a word does. */
  path(): string | null {
    this.peek();
    return this.#match(PATH);
  }

  /**
   * A string in double or single quotes. A backslash stands for the character behind it, whichever that is: `\"`, `\\`,
   * and `\d` is a plain d.
   */
  quoted(): StringLiteral {
    const start = this.at;
    const quote = this.text.charAt(start);
    let text = '';
    let from = start + 1;
    for (let at = from; at < this.text.length; at++) {
      const character = this.text.charAt(at);
      if (character === quote) {
        this.at = at + 1;
        return { kind: 'string', text: text + this.text.slice(from, at), quoted: true, span: { start, end: this.at } };
      }
      if (character !== '\\') continue;
      text += this.text.slice(from, at);
      from = at + 1;
      at++;
    }
    this.at = this.text.length;
    const end = this.text.indexOf('\n', start);
    throw new SyntaxFault('this string has no end', `close it with ${quote}`, {
      start,
      end: end === -1 ? this.text.length : end,
    });
  }

  /** Passes a string; false, and nothing is passed, when it has no end. */
  passQuoted(): boolean {
    const quote = this.text.charAt(this.at);
    // Where one string has no end, none behind it has that begins with the same quote.
    if (this.at >= (this.#endless.get(quote) ?? Number.POSITIVE_INFINITY)) return false;
    for (let at = this.at + 1; at < this.text.length; at++) {
      const character = this.text.charAt(at);
      if (character === '\\') at++;
      else if (character === quote) {
        this.at = at + 1;
        return true;
      }
    }
    this.#endless.set(quote, this.at);
    return false;
  }

  /** Everything up to `close`, which is passed; for regular expressions, code and names in brackets. */
  until(close: string, what: string): string {
    const end = this.text.indexOf(close, this.at);
    if (end === -1) throw this.fault(`${what} has no end`, `close it with ${close}`);
    const found = this.text.slice(this.at, end);
    this.at = end + close.length;
    return found;
  }

  describe(): string {
    this.peek();
    if (this.ended) return 'the end of the file';
    const line = this.text.slice(this.at, this.at + 24).split('\n', 1)[0] ?? '';
    return JSON.stringify(line.trimEnd());
  }

  fault(message: string, hint: string): SyntaxFault {
    this.peek();
    return new SyntaxFault(message, hint, { start: this.at, end: Math.min(this.at + 1, this.text.length) });
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }
}
