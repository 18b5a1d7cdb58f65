import { compileGrok, GrokError, type GrokMatcher, type GrokValues, RegExpSyntaxError } from '@logweave/grok';
import { type CompileContext, type FilterOptions, stringsOf } from '../compile/compile-context.ts';
import type { Operation } from '../compile/step.ts';
import { Failure } from '../extraction.ts';
import { compilePath } from '../runtime/dynamic-path.ts';
import type { ParserState } from '../runtime/parser-state.ts';
import { getToken, namesOf, type PathNames, setToken } from '../runtime/token-path.ts';
import type { StringLiteral } from '../syntax/tree.ts';
import { compileSource } from './source-text.ts';

interface Pattern {
  readonly matcher: GrokMatcher;
  readonly captures: readonly Capture[];
}

interface Capture {
  readonly token: string;
  readonly names: PathNames;
  readonly overwrite: boolean;
}

interface Subject {
  readonly read: (state: ParserState) => string | Failure;
  readonly patterns: readonly Pattern[];
}

const NO_MATCH = new Failure('grok failure: failed to parse data with all match patterns');

/**
 * `grok { match => { "token" => pattern or list } overwrite => […] match_all => bool }`. The patterns are tried in order,
 * the first that matches anywhere in the text wins; of several tokens the first that matches does.
 */
export function compileGrokFilter(options: FilterOptions): Operation {
  const { context } = options;
  const overwrite = new Set(options.list('overwrite').map(({ text }) => text));
  const subjects = options.hashes('match').flatMap((hash) =>
    hash.pairs.map(({ key, value }): Subject => {
      const patterns = stringsOf(value);
      if (patterns === undefined) {
        context.error(
          '"match" of "grok" needs patterns in quotes',
          'write match => { "token" => ["pattern"] }',
          value.span,
        );
      }
      const compiled = (patterns ?? []).flatMap((pattern) => compilePattern(pattern, overwrite, context) ?? []);
      return { read: compileSource(key, 'grok'), patterns: compiled };
    }),
  );
  if (subjects.length === 0) {
    context.error(
      '"grok" needs the option "match"',
      'write match => { "token" => ["pattern"] }',
      options.statement.nameSpan,
    );
  }
  const store = options.flag('match_all') ? storeAll : storeFirst;
  return (state) => {
    let failure = NO_MATCH;
    for (const { read, patterns } of subjects) {
      const text = read(state);
      if (text instanceof Failure) {
        failure = text;
        continue;
      }
      for (const [at, pattern] of patterns.entries()) {
        // Reading the text has paid for the first one.
        if (at > 0) state.countWork(text.length);
        const stored = store(state, text, pattern);
        if (stored !== false) return stored === true ? undefined : stored;
      }
    }
    return failure;
  };
}

function compilePattern(
  { text, span }: StringLiteral,
  overwrite: ReadonlySet<string>,
  context: CompileContext,
): Pattern | null {
  try {
    // The reference engine puts the pattern into a group, so one that begins as a group's inside does is one.
    const matcher = compileGrok(text.startsWith('?') ? `(${text})` : text);
    const captures = matcher.tokens.map((token) => ({
      token,
      names: compilePath(token).names ?? namesOf(token),
      overwrite: overwrite.has(token),
    }));
    return { matcher, captures };
  } catch (error) {
    if (!(error instanceof GrokError || error instanceof RegExpSyntaxError)) throw error;
    // The reference engine loads such a parser; the pattern matches nothing.
    context.warning(`invalid grok pattern: ${error.message} (at character ${error.offset + 1})`, error.hint, span);
    return null;
  }
}

/** True when the pattern matched and its captures are set, false when it did not, a failure when it must not set them. */
type Stored = boolean | Failure;

function storeFirst(state: ParserState, text: string, { matcher, captures }: Pattern): Stored {
  const values = matcher.match(text);
  if (values === null || captures.length === 0) return false;
  const taken = values.findIndex((value, at) => value !== undefined && isTaken(state, captures[at]));
  if (taken !== -1) return notOverwritable(captures[taken]?.token ?? '');
  values.forEach((value, at) => {
    const capture = captures[at];
    if (value !== undefined && capture !== undefined) setToken(state, capture.names, value);
  });
  return true;
}

/** Each token becomes a map from the number of the match to its value. */
function storeAll(state: ParserState, text: string, { matcher, captures }: Pattern): Stored {
  const matches: GrokValues[] = [];
  matcher.forEachMatch(text, (values) => {
    state.countValues(1 + captures.length);
    matches.push(values);
  });
  if (matches.length === 0 || captures.length === 0) return false;
  const taken = captures.find((capture) => isTaken(state, capture));
  if (taken !== undefined) return notOverwritable(taken.token);
  captures.forEach(({ names }, at) => {
    const found = new Map<string, string>();
    for (const [number, values] of matches.entries()) {
      const value = values[at];
      if (value !== undefined) found.set(String(number), value);
    }
    setToken(state, names, found);
  });
  return true;
}

function isTaken(state: ParserState, capture: Capture | undefined): boolean {
  return capture !== undefined && !capture.overwrite && getToken(state, capture.names) !== undefined;
}

function notOverwritable(token: string): Failure {
  return new Failure(`grok failure: field "${token}" already exists in data and is not overwritable`);
}
