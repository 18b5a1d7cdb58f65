import { type ExpandedGrok, expandGrok } from './expand-grok.ts';
import { GrokError } from './grok-error.ts';
import { LinearRegExp } from './linear-regexp.ts';
import { CORE_LIBRARY, type PatternLibrary } from './pattern-library.ts';
import { RegExpSyntaxError } from './syntax/syntax-error.ts';

/** A parser has tens of patterns, and an installation tens of parsers; an entry holds some KiB of compiled code. */
const MAX_CACHED = 2000;

/** The values of a match, one per token in the order of `tokens`; undefined for a token that took no part. */
export type GrokValues = readonly (string | undefined)[];

/** A compiled grok pattern. Time is linear in the length of the text. */
export interface GrokMatcher {
  readonly pattern: string;
  /** The names to capture to, each once, in the order of their first appearance. */
  readonly tokens: readonly string[];
  /** True when there are no tokens; such a pattern is of use for nothing but a test. */
  readonly capturesNothing: boolean;
  /** The expression that the pattern stands for. */
  readonly expression: LinearRegExp;
  /** The leftmost match anywhere in the text; null when there is none. */
  match(text: string): GrokValues | null;
  /** Visits every match that does not overlap an earlier one, in order; what `visit` throws ends it. */
  forEachMatch(text: string, visit: (values: GrokValues) => void): void;
}

const cache = new WeakMap<PatternLibrary, Map<string, GrokMatcher>>();

/**
 * Compiles a grok pattern: RE2 syntax with references `%{NAME}`, `%{NAME:token}` and `%{NAME:token:type}`, where type
 * (int, float) is accepted and left to the caller: values are strings. Parentheses without a name only group. A token
 * that several groups capture has the value of the last that took part. Compiled patterns are kept.
 * @throws GrokError
 */
export function compileGrok(pattern: string, library: PatternLibrary = CORE_LIBRARY): GrokMatcher {
  let known = cache.get(library);
  if (known === undefined) {
    known = new Map();
    cache.set(library, known);
  }
  const found = known.get(pattern);
  if (found !== undefined) return found;
  const matcher = createMatcher(pattern, library);
  if (known.size >= MAX_CACHED) known.delete(known.keys().next().value as string);
  known.set(pattern, matcher);
  return matcher;
}

function createMatcher(pattern: string, library: PatternLibrary): GrokMatcher {
  const expression = compileExpression(expandGrok(pattern, library));
  const groupsOf = new Map<string, number[]>();
  for (const [index, name] of expression.groupNames.entries()) {
    if (name !== undefined) groupsOf.set(name, [...(groupsOf.get(name) ?? []), index]);
  }
  const gather = valueGatherer([...groupsOf.values()]);
  return {
    pattern,
    tokens: [...groupsOf.keys()],
    capturesNothing: groupsOf.size === 0,
    expression,
    match(text) {
      const match = expression.exec(text);
      return match === null ? null : gather(match.groups);
    },
    forEachMatch: (text, visit) => expression.forEachMatch(text, (match) => visit(gather(match.groups))),
  };
}

function compileExpression(expanded: ExpandedGrok): LinearRegExp {
  try {
    return new LinearRegExp(expanded.source, { captures: 'named', lookbehindAt: expanded.isBuiltInAt });
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
    throw new GrokError(error.message, expanded.originOf(error.offset), error.hint, { cause: error });
  }
}

function valueGatherer(groups: readonly (readonly number[])[]): (found: GrokValues) => GrokValues {
  if (groups.every((indexes) => indexes.length === 1)) {
    const indexes = groups.flat();
    return (found) => indexes.map((index) => found[index]);
  }
  return (found) =>
    groups.map((indexes) => indexes.reduce<string | undefined>((value, index) => found[index] ?? value, undefined));
}
