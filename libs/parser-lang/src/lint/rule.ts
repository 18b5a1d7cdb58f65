import type { Span } from '../syntax/tree.ts';
import type { LintContext } from './lint-context.ts';

/** What a rule says of one place in the text. */
export interface Finding {
  readonly span: Span;
  readonly message: string;
  /** What to write instead. */
  readonly hint: string;
}

/** One check of a parser's text. */
export interface LintRule {
  /** Kebab-case; what `# lint-disable` and the options call it. */
  readonly name: string;
  /** One sentence: what is found and what comes of it. */
  readonly doc: string;
  /** `error` for what makes events invalid or the parser useless, `warning` for what may be meant. */
  readonly severity: 'error' | 'warning';
  check(context: LintContext): Iterable<Finding>;
}
