import { caseVariants } from './case-folding.ts';
import { ANY, type CharSet, charSet, negate } from './char-set.ts';
import { readBracketClass, readEscapedClass } from './class-parser.ts';
import { readEscapedCharacter } from './escape.ts';
import { type Flags, NO_FLAGS, readGroupHead } from './group-head.ts';
import { type Assertion, choice, type Node, type ParsedRegExp, sequence } from './node.ts';
import { checkRepeat, MAX_DEPTH, readRepeat } from './repeat.ts';
import { RegExpSyntaxError } from './syntax-error.ts';

const NOT_NEWLINE: CharSet = negate([10, 10]);

export interface ParseOptions {
  /** `named`: parentheses without a name only group, as in grok. */
  readonly captures: 'all' | 'named';
  /** Whether `(?<!x)` with a set x may stand at the offset, which RE2 lacks. Nowhere when it is left out. */
  readonly lookbehindAt?: (offset: number) => boolean;
}

/**
 * Parses RE2 syntax as Go's regexp package takes it (with Perl's classes and flags), and tolerates what grok needs: one
 * name on several groups, and dots, hyphens and `@` in names.
 * Source: https://github.com/google/re2/wiki/Syntax
 * @throws RegExpSyntaxError
 */
export function parseRegExp(source: string, options: ParseOptions = { captures: 'all' }): ParsedRegExp {
  return new Parser(source, options).parse();
}

class Parser {
  private readonly source: string;
  private readonly options: ParseOptions;
  private readonly groupNames: (string | undefined)[] = [undefined];
  private at = 0;
  private depth = 0;
  private flags: Flags = NO_FLAGS;

  constructor(source: string, options: ParseOptions) {
    this.source = source;
    this.options = options;
  }

  parse(): ParsedRegExp {
    const root = this.choice();
    if (this.at < this.source.length) throw new RegExpSyntaxError('unexpected )', this.source, this.at);
    checkRepeat(root, this.source, 0);
    return { root, groupNames: this.groupNames };
  }

  private choice(): Node {
    const branches = [this.sequence()];
    while (this.source[this.at] === '|') {
      this.at++;
      branches.push(this.sequence());
    }
    return choice(branches);
  }

  private sequence(): Node {
    const items: Node[] = [];
    let repeatFrom = -1;
    while (this.at < this.source.length) {
      const letter = this.source[this.at];
      if (letter === '|' || letter === ')') break;
      const from = this.at;
      const repeat = readRepeat(this.source, from);
      if (repeat === null) {
        this.atom(items);
        repeatFrom = -1;
        continue;
      }
      const item = items.pop();
      const text = this.source.slice(from, repeat.end);
      if (item === undefined) {
        const hint = 'put a backslash before it if it is meant literally';
        throw new RegExpSyntaxError('missing argument to repetition operator', text, from, hint);
      }
      if (repeatFrom !== -1) {
        const hint = 'there are no possessive repeats, and no need of them; group the inner one as (?:…)';
        const both = this.source.slice(repeatFrom, repeat.end);
        throw new RegExpSyntaxError('invalid nested repetition operator', both, repeatFrom, hint);
      }
      const { min, max } = repeat;
      const node: Node = { kind: 'repeat', item, min, max, greedy: repeat.lazy === this.flags.U };
      checkRepeat(node, text, from);
      items.push(node);
      this.at = repeat.end;
      repeatFrom = from;
    }
    return sequence(items);
  }

  /** Reads one item; a `\Q…\E` may be several and a flag group none. */
  private atom(items: Node[]): void {
    const { source, at } = this;
    switch (source[at]) {
      case '(':
        this.group(items);
        return;
      case '[':
        this.take(items, readBracketClass(source, at, this.flags.i));
        return;
      case '.':
        this.take(items, { set: this.flags.s ? ANY : NOT_NEWLINE, end: at + 1 });
        return;
      case '^':
        this.assert(items, this.flags.m ? 'line-start' : 'text-start', 1);
        return;
      case '$':
        this.assert(items, this.flags.m ? 'line-end' : 'text-end', 1);
        return;
      case '\\':
        this.escape(items);
        return;
      default:
        this.literal(items, source.codePointAt(at) as number);
    }
  }

  private escape(items: Node[]): void {
    const { source, at } = this;
    switch (source[at + 1]) {
      case 'A':
        return this.assert(items, 'text-start', 2);
      case 'z':
        return this.assert(items, 'text-end', 2);
      case 'b':
        return this.assert(items, 'word-boundary', 2);
      case 'B':
        return this.assert(items, 'no-word-boundary', 2);
      case 'Q':
        return this.quoted(items);
      default: {
        const escaped = readEscapedClass(source, at, this.flags.i);
        if (escaped !== null) return this.take(items, escaped);
        const { codePoint, end } = readEscapedCharacter(source, at);
        this.literal(items, codePoint);
        this.at = end;
      }
    }
  }

  private quoted(items: Node[]): void {
    const found = this.source.indexOf('\\E', this.at + 2);
    const end = found === -1 ? this.source.length : found;
    this.at += 2;
    while (this.at < end) this.literal(items, this.source.codePointAt(this.at) as number);
    this.at = found === -1 ? end : end + 2;
  }

  private group(items: Node[]): void {
    const open = this.at;
    if (this.source.startsWith('(?<!', open) && this.options.lookbehindAt?.(open) === true) {
      this.notAfter(items);
      return;
    }
    const head = readGroupHead(this.source, open, this.flags);
    this.at = head.end;
    if (head.kind === 'flags') {
      this.flags = head.flags;
      return;
    }
    if (++this.depth > MAX_DEPTH) throw new RegExpSyntaxError('expression nests too deeply', '', open);
    const outer = this.flags;
    const captures = head.name !== undefined || (head.kind === 'capture' && this.options.captures === 'all');
    const index = captures ? this.groupNames.push(head.name) - 1 : 0;
    if (head.kind === 'group') this.flags = head.flags;
    const item = this.choice();
    if (this.source[this.at] !== ')') throw new RegExpSyntaxError('missing closing )', this.source, open);
    this.at++;
    this.depth--;
    this.flags = outer;
    items.push(captures ? { kind: 'capture', item, index } : item);
  }

  private notAfter(items: Node[]): void {
    const open = this.at;
    this.at = open + 4;
    const inner: Node[] = [];
    this.atom(inner);
    const [item] = inner;
    if (item?.kind !== 'set' || this.source[this.at] !== ')') {
      throw new RegExpSyntaxError(
        'missing closing )',
        this.source,
        open,
        'a lookbehind here is one character or class',
      );
    }
    this.at++;
    items.push({ kind: 'not-after', set: item.set });
  }

  private literal(items: Node[], codePoint: number): void {
    const variants = this.flags.i ? caseVariants(codePoint) : [];
    const set = charSet([codePoint, codePoint, ...variants.flatMap((variant) => [variant, variant])]);
    items.push({ kind: 'set', set });
    this.at += codePoint > 0xffff ? 2 : 1;
  }

  private take(items: Node[], { set, end }: { set: CharSet; end: number }): void {
    items.push({ kind: 'set', set });
    this.at = end;
  }

  private assert(items: Node[], assertion: Assertion, length: number): void {
    items.push({ kind: 'assert', assertion });
    this.at += length;
  }
}
