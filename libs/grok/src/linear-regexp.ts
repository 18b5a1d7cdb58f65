import { createAutomatonMatcher } from './automaton/automaton-matcher.ts';
import { TooManyStates } from './automaton/backward-states.ts';
import type { Match, Matcher } from './matcher.ts';
import { createNativeMatcher } from './native-matcher.ts';
import { createRe2jsMatcher } from './re2js-matcher.ts';
import { compileTemplate, type ReplaceTemplate } from './replace-template.ts';
import type { Node } from './syntax/node.ts';
import { type ParseOptions, parseRegExp } from './syntax/parse-regexp.ts';
import { type MatchStart, matchStart } from './translate/leading-loop.ts';
import { hasLiterals, requiredLiterals } from './translate/required-literals.ts';
import { simplify } from './translate/simplify.ts';
import { type TextNeeds, textNeeds } from './translate/text-needs.ts';
import { toJs } from './translate/to-js.ts';
import { toRe2 } from './translate/to-re2.ts';

const HALVES = /[\ud800-\udfff]/;
/** What JavaScript's `$` under `m` takes for the end of a line and RE2 does not. */
const FOREIGN_LINE_ENDS = /[\r\u2028\u2029]/;

/**
 * Beyond this length, in UTF-16 units, the automaton runs: its passes over the text take longer than V8's backtracking
 * commonly does, but they bound what V8's linear engine does not, the steps per character.
 */
const LONG_TEXT = 2048;

/**
 * A compiled expression in RE2 syntax with RE2's meaning. Its time is linear in the length of the text, whatever the
 * expression. Offsets are UTF-16 units; half a surrogate pair counts as U+FFFD.
 */
export class LinearRegExp {
  readonly source: string;
  /** By the index of the capture group, from 1; undefined for one without a name, and at 0. */
  readonly groupNames: readonly (string | undefined)[];
  /** What runs it: V8, or re2js where the expression has no exact translation. */
  readonly engine: 'v8' | 're2js';
  private readonly root: Node;
  private readonly start: MatchStart;
  private readonly literals: readonly string[];
  private readonly needs: TextNeeds;
  private readonly primary: Matcher;
  private pairs: Matcher | undefined;
  private re2js: Matcher | undefined;
  private automaton: Matcher | undefined;

  /** @throws RegExpSyntaxError */
  constructor(source: string, options?: ParseOptions) {
    const { root, groupNames } = parseRegExp(source, options);
    this.source = source;
    this.groupNames = groupNames;
    this.root = simplify(root);
    this.start = matchStart(this.root);
    this.literals = requiredLiterals(this.root);
    const js = toJs(this.root, 'units');
    this.engine = js === null ? 're2js' : 'v8';
    this.needs = js === null ? { basicPlane: false, plainLineEnds: false } : textNeeds(this.root);
    this.primary = js === null ? this.fallback() : createNativeMatcher(js, groupNames.length - 1, this.start);
  }

  /** Whether the expression matches anywhere in the text. */
  test(text: string): boolean {
    return hasLiterals(text, 0, this.literals) && this.matcherFor(text).test(text);
  }

  /** The leftmost match that begins at `from` or later. */
  exec(text: string, from = 0): Match | null {
    return hasLiterals(text, from, this.literals) ? this.matcherFor(text).exec(text, from) : null;
  }

  /** Every match that does not overlap an earlier one, as Go's FindAll: no empty match touches the one before it. */
  *matchAll(text: string): Generator<Match, undefined> {
    let from = 0;
    let lastEnd = -1;
    while (from <= text.length) {
      const match = this.exec(text, from);
      if (match === null) return;
      const { index, end } = match;
      if (end > index || index !== lastEnd) yield match;
      lastEnd = end;
      from = end > index ? end : end + 1;
    }
  }

  /** Replaces every match; the template is Go's (see {@link compileTemplate}). */
  replaceAll(text: string, template: string | ReplaceTemplate): string {
    const expand = typeof template === 'string' ? compileTemplate(template, this.groupNames) : template;
    let result = '';
    let from = 0;
    for (const match of this.matchAll(text)) {
      result += text.slice(from, match.index) + expand(match.groups);
      from = match.end;
    }
    return from === 0 && result === '' ? text : result + text.slice(from);
  }

  private matcherFor(text: string): Matcher {
    return text.length > LONG_TEXT ? this.longTexts() : this.shortTexts(text);
  }

  private shortTexts(text: string): Matcher {
    if (this.needs.plainLineEnds && FOREIGN_LINE_ENDS.test(text)) return this.fallback();
    if (this.needs.basicPlane && HALVES.test(text)) {
      this.pairs ??= this.createPairMatcher();
      return this.pairs;
    }
    return this.primary;
  }

  private longTexts(): Matcher {
    this.automaton ??= withFallback(createAutomatonMatcher(this.root, this.groupNames.length - 1), (text) =>
      this.shortTexts(text),
    );
    return this.automaton;
  }

  private createPairMatcher(): Matcher {
    const js = toJs(this.root, 'pairs');
    const matcher = js === null ? this.fallback() : createNativeMatcher(js, this.groupNames.length - 1, this.start);
    return {
      test: (text) => matcher.test(text.toWellFormed()),
      exec: (text, from) => matcher.exec(text.toWellFormed(), from),
    };
  }

  private fallback(): Matcher {
    this.re2js ??= createRe2jsMatcher(toRe2(this.root), this.groupNames.length - 1);
    return this.re2js;
  }
}

/** Leaves texts that need too many states to another matcher. */
function withFallback(automaton: Matcher, fallback: (text: string) => Matcher): Matcher {
  const attempt = <T>(text: string, run: (matcher: Matcher) => T): T => {
    try {
      return run(automaton);
    } catch (error) {
      if (!(error instanceof TooManyStates)) throw error;
      return run(fallback(text));
    }
  };
  return {
    test: (text) => attempt(text, (matcher) => matcher.test(text)),
    exec: (text, from) => attempt(text, (matcher) => matcher.exec(text, from)),
  };
}

/** @throws RegExpSyntaxError */
export function compileRegExp(source: string): LinearRegExp {
  return new LinearRegExp(source);
}
