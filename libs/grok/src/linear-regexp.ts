import { HybridMatcher } from './hybrid-matcher.ts';
import type { Match } from './matcher.ts';
import { compileTemplate, type ReplaceTemplate } from './replace-template.ts';
import { type ParseOptions, parseRegExp } from './syntax/parse-regexp.ts';
import { lengthLimit } from './translate/length-limit.ts';
import { hasLiterals, requiredLiterals } from './translate/required-literals.ts';
import { simplify } from './translate/simplify.ts';

/**
 * A compiled expression in RE2 syntax with RE2's meaning. Its time is linear in the length of the text, whatever the
 * expression. Offsets are UTF-16 units; half a surrogate pair counts as U+FFFD.
 */
export class LinearRegExp {
  readonly source: string;
  /** By the index of the capture group, from 1; undefined for one without a name, and at 0. */
  readonly groupNames: readonly (string | undefined)[];
  /** What runs it on texts of common length: V8, or the automaton where the expression has no exact translation. */
  readonly engine: 'v8' | 'automaton';
  private readonly matcher: HybridMatcher;
  private readonly literals: readonly string[];
  private readonly maxLength: number;

  /** @throws RegExpSyntaxError */
  constructor(source: string, options?: ParseOptions) {
    const { root, groupNames } = parseRegExp(source, options);
    this.source = source;
    this.groupNames = groupNames;
    const simple = simplify(root);
    this.literals = requiredLiterals(simple);
    this.maxLength = lengthLimit(simple);
    this.matcher = new HybridMatcher(simple, groupNames.length - 1);
    this.engine = this.matcher.engine;
  }

  /** Whether the expression matches anywhere in the text. */
  test(text: string): boolean {
    return this.mayMatch(text, 0) && this.matcher.test(text);
  }

  /** The leftmost match that begins at `from` or later. */
  exec(text: string, from = 0): Match | null {
    return this.mayMatch(text, from) ? this.matcher.exec(text, from) : null;
  }

  /** Every match that does not overlap an earlier one, as Go's FindAll: no empty match touches the one before it. */
  matchAll(text: string): readonly Match[] {
    const matches: Match[] = [];
    this.forEachMatch(text, (match) => matches.push(match));
    return matches;
  }

  /** Visits what `matchAll` gives one by one: a long text may have more than the memory has room for. */
  forEachMatch(text: string, visit: (match: Match) => void): void {
    if (!this.mayMatch(text, 0)) return;
    const find = this.matcher.searcher(text);
    let lastEnd = -1;
    for (let from = 0; from <= text.length; ) {
      const match = find(from);
      if (match === null) break;
      const { index, end } = match;
      if (end > index || index !== lastEnd) visit(match);
      lastEnd = end;
      from = end > index ? end : end + 1;
    }
  }

  /** Replaces every match; the template is Go's (see {@link compileTemplate}). */
  replaceAll(text: string, template: string | ReplaceTemplate): string {
    const expand = typeof template === 'string' ? compileTemplate(template, this.groupNames) : template;
    let result = '';
    let from = 0;
    this.forEachMatch(text, ({ index, end, groups }) => {
      result += text.slice(from, index) + expand(groups);
      from = end;
    });
    return from === 0 && result === '' ? text : result + text.slice(from);
  }

  private mayMatch(text: string, from: number): boolean {
    return text.length <= this.maxLength && hasLiterals(text, from, this.literals);
  }
}

/**
 * Compiles an expression in RE2 syntax.
 * @throws RegExpSyntaxError
 */
export function compileRegExp(source: string, options?: ParseOptions): LinearRegExp {
  return new LinearRegExp(source, options);
}
