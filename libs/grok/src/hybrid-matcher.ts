import { type AutomatonMatcher, createAutomatonMatcher } from './automaton/automaton-matcher.ts';
import { TooManyStates } from './automaton/backward-states.ts';
import type { Match, Matcher } from './matcher.ts';
import { createNativeMatcher } from './native-matcher.ts';
import { createRe2jsMatcher } from './re2js-matcher.ts';
import type { Node } from './syntax/node.ts';
import { matchStart } from './translate/leading-loop.ts';
import { textNeeds } from './translate/text-needs.ts';
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
/** The same for all matches in a text, which V8 finds in the square of its length at worst. */
const LONG_TEXT_FOR_ALL = 256;

/** An expression that has needed too many states that often will again. */
const MAX_OVERFLOWS = 3;

/** Chooses by the text who runs an expression: V8, the automaton, or re2js where neither can. */
export class HybridMatcher implements Matcher {
  /** What runs common texts. */
  readonly engine: 'v8' | 'automaton';
  private readonly root: Node;
  private readonly groupCount: number;
  private readonly native: Matcher | null;
  private readonly isExact: (text: string) => boolean;
  private automaton: AutomatonMatcher | undefined;
  private re2js: Matcher | undefined;
  /**
   * Whether V8 found nothing last time. To find nothing takes V8 longest, and the automaton a few ns per character, so
   * that one then looks first whether there is anything to be found.
   */
  private missed = false;
  private overflows = 0;

  constructor(root: Node, groupCount: number) {
    this.root = root;
    this.groupCount = groupCount;
    const js = toJs(root);
    this.engine = js === null ? 'automaton' : 'v8';
    this.native = js === null ? null : createNativeMatcher(js, groupCount, matchStart(root));
    const needs = textNeeds(root);
    this.isExact = (text) =>
      !(needs.basicPlane && HALVES.test(text)) && !(needs.plainLineEnds && FOREIGN_LINE_ENDS.test(text));
  }

  test(text: string): boolean {
    const native = text.length > LONG_TEXT || !this.isExact(text) ? null : this.native;
    if (native === null || this.missed) return this.attempt(text, (matcher) => matcher.test(text));
    const found = native.test(text);
    this.missed = !found;
    return found;
  }

  exec(text: string, from: number): Match | null {
    const native = text.length > LONG_TEXT || !this.isExact(text) ? null : this.native;
    if (native === null) return this.attempt(text, (matcher) => matcher.exec(text, from));
    if (this.missed && from === 0) {
      if (!this.attempt(text, (matcher) => matcher.test(text))) return null;
      this.missed = false;
    }
    const match = native.exec(text, from);
    if (match === null && from === 0) this.missed = true;
    return match;
  }

  /** Searches one text several times, each time from where it is told. */
  searcher(text: string): (from: number) => Match | null {
    const native = text.length > LONG_TEXT_FOR_ALL || !this.isExact(text) ? null : this.native;
    if (native !== null) return (from) => native.exec(text, from);
    return this.attempt(text, (matcher) => matcher.searcher?.(text) ?? ((from) => matcher.exec(text, from)));
  }

  /** Runs the automaton, and leaves texts that need too many states to who is exact for them. */
  private attempt<T>(text: string, run: (matcher: Matcher & Partial<AutomatonMatcher>) => T): T {
    if (this.overflows <= MAX_OVERFLOWS) {
      try {
        this.automaton ??= createAutomatonMatcher(this.root, this.groupCount);
        return run(this.automaton);
      } catch (error) {
        if (!(error instanceof TooManyStates)) throw error;
        this.overflows++;
      }
    }
    if (this.native !== null && this.isExact(text)) return run(this.native);
    this.re2js ??= createRe2jsMatcher(toRe2(this.root), this.groupCount);
    return run(this.re2js);
  }
}
